//! `cargo xtask image`: what `deploy/Dockerfile` runs to build, run in a clean folder, where no container engine is.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::{process, repo};

const HELP: &str = "\
Usage: cargo xtask image

Copies what deploy/Dockerfile.dockerignore lets into the image to a clean folder, runs the build steps of
deploy/Dockerfile there, as they are written but for the folders, and then runs the program that they make, with
nothing beside it and an empty environment. It builds everything anew, which takes some minutes.";

/// Where the steps put what the image gets.
const BUILT: &str = "/built";

/// Entry point of the command.
pub(crate) fn main(args: &[String]) -> Result<()> {
    if crate::args::wants_help(args) {
        eprintln!("{HELP}");
        return Ok(());
    }
    let root = repo::root();
    let read = |name: &str| {
        let file = root.join("deploy").join(name);
        fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))
    };
    let steps = steps(&read("Dockerfile")?);
    ensure!(!steps.is_empty(), "deploy/Dockerfile runs nothing");
    let ignored = read("Dockerfile.dockerignore")?;
    let clean = tempfile::tempdir()?;
    let (source, built) = (clean.path().join("source"), clean.path().join("built"));
    let files = repo::files(&root)?.into_iter();
    for file in files.filter(|file| gets_in(&ignored, file)) {
        let copy = source.join(&file);
        fs::create_dir_all(copy.parent().unwrap_or(&source))?;
        fs::copy(root.join(&file), copy)?;
    }
    for step in steps {
        let step = step.replace(BUILT, &built.display().to_string());
        eprintln!("{step}");
        let mut shell = Command::new("sh");
        shell.args(["-euc", &step]).current_dir(&source);
        process::run(
            shell
                .env_remove("CARGO_TARGET_DIR")
                .env_remove("CARGO_MANIFEST_DIR"),
        )?;
    }
    let (program, data) = (built.join("portcullis"), built.join("data"));
    for args in [
        &["--help"][..],
        &["health", "--help"],
        &["init", "you@example.com"],
        &["doctor"],
    ] {
        let mut alone = Command::new(&program);
        process::run(alone.args(args).env_clear().current_dir(&data))?;
    }
    ensure!(
        data.join("portcullis.sqlite").is_file(),
        "it made no database"
    );
    let size = fs::metadata(&program)?.len() / 1_000_000;
    println!("built in a clean folder and run alone: {size} MB");
    Ok(())
}

/// What the first stage runs, without what only an engine understands.
fn steps(text: &str) -> Vec<String> {
    let text = text.replace("\\\n", " ");
    let stages = text.split("\nFROM ").nth(1).unwrap_or_default();
    let run = stages.lines().filter_map(|line| line.strip_prefix("RUN "));
    run.map(|line| {
        let words = line.split_whitespace();
        let words = words.filter(|word| !word.starts_with("--mount="));
        words.collect::<Vec<_>>().join(" ")
    })
    .collect()
}

/// Whether a file gets into the image: nothing does but what is let in, and of that not what is kept out.
fn gets_in(ignored: &str, file: &Path) -> bool {
    let kept = ignored.lines().filter_map(|line| line.strip_prefix('!'));
    let mut kept = kept.map(PathBuf::from);
    let out: Vec<&str> = ignored
        .lines()
        .filter_map(|line| line.strip_prefix("**/"))
        .collect();
    let mut parts = file.iter().map(|part| part.to_string_lossy());
    let is_out = parts.any(|part| {
        out.iter().any(|out| match out.contains('*') {
            true => part.contains(out.trim_matches('*')),
            false => part == *out,
        })
    });
    kept.any(|kept| file.starts_with(kept)) && !is_out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_of_the_first_stage_are_run_without_their_mounts() {
        let text = "# syntax\n\nFROM rust AS build\nCOPY . .\nRUN --mount=type=cache,target=/x \\\n    cargo build \\\n    && install a /built/a\n\nFROM base\nRUN never\n";
        assert_eq!(steps(text), ["cargo build && install a /built/a"]);
    }

    #[test]
    fn only_what_is_let_in_gets_in() {
        let ignored = "*\n!Cargo.toml\n!crates\n**/target\n**/*.sqlite*\n";
        for (file, wanted) in [
            ("Cargo.toml", true),
            ("crates/a/src/lib.rs", true),
            ("crates/a/target/x", false),
            ("crates/a/x.sqlite-wal", false),
            ("bench/x.rs", false),
            ("README.md", false),
        ] {
            assert_eq!(gets_in(ignored, Path::new(file)), wanted, "{file}");
        }
    }
}
