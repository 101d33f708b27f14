//! Fuzzing of the rule crate: each target of `fuzz/` for a while, from the committed corpus, two at a time.
//!
//! No nightly compiler and no sanitizer: counting coverage is all that libFuzzer needs of the compiler, and address
//! sanitizer would look for what safe Rust does not have, at several times the cost. Whoever wants it asks by hand,
//! see `fuzz/README.md`.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use anyhow::{Context as _, Result, anyhow, bail};

use super::{Outcome, Part, Run, Step};
use crate::process;

pub(super) const STEP: Step = Step {
    name: "fuzz",
    about: "the fuzz targets of the rule crate, 60 s each on CI and 10 s elsewhere",
    needs: &[Part::Fuzz],
    run,
};

/// How long each target runs, in seconds, where that shall not be the default.
const SECONDS_VARIABLE: &str = "PORTCULLIS_FUZZ_SECONDS";

/// libFuzzer works on one core, and other steps' leftovers want some too.
const AT_A_TIME: usize = 2;

/// Longer inputs only make each run slower. Bytes.
const MAX_LEN: usize = 2048;

/// One input that takes longer is a failure. Seconds; generous, as a machine may be busy.
const INPUT_SECONDS: usize = 25;

fn run(run: &Run) -> Result<Outcome> {
    if run.is_without(Part::Fuzz) {
        run.leave_out("the fuzz targets of the rule crate (--without fuzz)");
        return Ok(Outcome::not_run("left out"));
    }
    let seconds = seconds(
        std::env::var(SECONDS_VARIABLE).ok().as_deref(),
        if run.on_ci { 60 } else { 10 },
    )?;
    let folder = run.root.join("fuzz");
    let programs = build(run)?;
    let targets = targets(&std::fs::read_to_string(folder.join("Cargo.toml"))?)?;
    let queue = Mutex::new(targets.into_iter());
    let next = || queue.lock().ok()?.next();
    let endings: Mutex<Vec<Result<String>>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                while let Some(target) = next() {
                    let ending = fuzz(&target, &programs, &folder, seconds);
                    if let Ok(told) = &ending {
                        eprintln!("    {told}");
                    }
                    if let Ok(mut endings) = endings.lock() {
                        endings.push(ending);
                    }
                }
            });
        }
    });
    let endings = endings
        .into_inner()
        .map_err(|_| anyhow!("a thread that ran a target ended early"))?;
    let (told, failed): (Vec<_>, Vec<_>) = endings.into_iter().partition(Result::is_ok);
    let failed: Vec<String> = failed
        .into_iter()
        .filter_map(Result::err)
        .map(|error| format!("{error:#}"))
        .collect();
    if !failed.is_empty() {
        bail!("{}", failed.join("\n"));
    }
    let told: Vec<String> = told.into_iter().filter_map(Result::ok).collect();
    Ok(Outcome::ok().note(told.join(", ")))
}

fn seconds(asked: Option<&str>, default: u32) -> Result<u32> {
    match asked {
        None | Some("") => Ok(default),
        Some(text) => text
            .parse()
            .ok()
            .filter(|seconds| *seconds > 0)
            .with_context(|| {
                format!("`{SECONDS_VARIABLE}` is `{text}`; give a number of seconds, at least 1")
            }),
    }
}

/// The programs that the manifest of `fuzz/` names.
fn targets(manifest: &str) -> Result<Vec<String>> {
    let manifest: toml::Table = toml::from_str(manifest)?;
    let names: Vec<String> = manifest
        .get("bin")
        .and_then(toml::Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|bin| Some(bin.get("name")?.as_str()?.to_owned()))
        .collect();
    if names.is_empty() {
        bail!("fuzz/Cargo.toml names no target");
    }
    Ok(names)
}

/// Builds all targets; returns the folder they are in.
fn build(run: &Run) -> Result<PathBuf> {
    let target = run.target().join("fuzz");
    let version = process::output(Command::new("rustc").arg("-vV"))?;
    let host = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .context("rustc does not say what machine this is")?;
    process::run(
        run.cargo()
            .args(["fuzz", "build", "--sanitizer", "none", "--target", host])
            .arg("--target-dir")
            .arg(&target),
    )?;
    Ok(target.join(host).join("release"))
}

/// Runs one target to the end of its time; says how often it ran, or what it failed on.
fn fuzz(target: &str, programs: &Path, folder: &Path, seconds: u32) -> Result<String> {
    let program = programs.join(target);
    // What is found goes here: the committed corpus stays as it is.
    let found = programs.join(format!("{target}-found"));
    if found.exists() {
        std::fs::remove_dir_all(&found)?;
    }
    std::fs::create_dir_all(&found)?;
    let artifacts = folder.join("artifacts").join(target);
    std::fs::create_dir_all(&artifacts)?;
    let log = programs.join(format!("{target}.log"));
    let status = Command::new(&program)
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-max_len={MAX_LEN}"))
        .arg(format!("-timeout={INPUT_SECONDS}"))
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .arg(&found)
        .arg(folder.join("corpus").join(target))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(File::create(&log)?)
        .status()
        .with_context(|| format!("cannot run `{}`", program.display()))?;
    let log = String::from_utf8_lossy(&std::fs::read(&log)?).into_owned();
    if !status.success() {
        bail!("{}", failure(target, &program, &log));
    }
    let runs = log.lines().rev().find(|line| line.starts_with("Done "));
    let runs = runs.with_context(|| format!("`{target}` did not say how often it ran"))?;
    Ok(format!("{target}: {}", runs.trim_start_matches("Done ")))
}

/// What to tell of a target that failed: the input's file, how to run it again, and what was said.
fn failure(target: &str, program: &Path, log: &str) -> String {
    let again = match log
        .lines()
        .find_map(|line| line.split_once("Test unit written to "))
    {
        Some((_, input)) => format!(
            "the input is `{input}`; run it again with `{} {input}`",
            program.display()
        ),
        None => "it left no input".to_owned(),
    };
    // The panic's message comes before libFuzzer's report, which ends with the input itself.
    let lines: Vec<&str> = log.lines().collect();
    let panicked = lines.iter().position(|line| line.contains("panicked at"));
    let said = lines[panicked.unwrap_or(lines.len().saturating_sub(20))..].join("\n");
    format!("`{target}` failed: {again}\n{said}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_the_default_unless_a_number_is_asked_for() {
        assert_eq!(seconds(None, 10).ok(), Some(10));
        assert_eq!(seconds(Some("3"), 10).ok(), Some(3));
        for wrong in ["0", "-1", "1m"] {
            let error = seconds(Some(wrong), 10).expect_err("refused").to_string();
            assert!(error.contains(wrong), "{error}");
        }
    }

    #[test]
    fn every_program_of_the_manifest_is_a_target() {
        let manifest = "[package]\nname = 'x'\n[[bin]]\nname = 'parse'\n[[bin]]\nname = 'partial'";
        assert_eq!(
            targets(manifest).ok(),
            Some(vec!["parse".into(), "partial".into()])
        );
        assert!(targets("[package]\nname = 'x'").is_err());
    }

    #[test]
    fn a_failure_names_the_input_and_how_to_run_it_again() {
        let log = "INFO: Seed: 1\nthread panicked at src/x.rs:1:\nleft 1\n==7== ERROR: libFuzzer: deadly signal\n\
                   artifact_prefix='a/'; Test unit written to a/crash-12\nBase64: aGk=\n";
        let told = failure("parse", Path::new("t/parse"), log);
        assert!(told.contains("`t/parse a/crash-12`"), "{told}");
        assert!(told.contains("left 1") && !told.contains("Seed"), "{told}");
    }
}
