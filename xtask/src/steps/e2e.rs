//! The built program in a real browser.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::{Outcome, Part, Run, Step, built, tools};
use crate::process::{self, Listen};
use crate::repo;

pub(super) const STEP: Step = Step {
    name: "e2e",
    about: "build the program and use it in Chromium: node --test e2e/",
    needs: &[Part::Node, Part::Browser],
    run,
};

fn run(run: &Run) -> Result<Outcome> {
    if run.is_without(Part::Browser) {
        run.leave_out("every test in a browser (--without browser)");
        return Ok(Outcome::not_run("left out"));
    }
    let tests = test_files(run)?;
    let chromium = tools::chromium().context("Chromium is missing; see the step `tools`")?;
    let binary = built::program(run, "portcullis")?;

    let mut node = Command::new("node");
    // Files by name: what a folder means here differs between versions of Node.js.
    node.arg("--test")
        .arg(if run.on_ci {
            "--test-reporter=tap"
        } else {
            "--test-reporter=spec"
        })
        .args(&tests)
        .current_dir(&run.root)
        .env("PORTCULLIS_BIN", &binary)
        .env("PORTCULLIS_CHROMIUM", &chromium)
        .env_remove("NODE_TEST_CONTEXT");
    let told = process::run_listening(&mut node, Listen::Stdout, is_summary)?;
    run.tell(&told.lines);
    told.result?;
    Ok(Outcome::ok().note(told.lines.join(", ").replace(['#', 'ℹ'], "").trim()))
}

fn test_files(run: &Run) -> Result<Vec<PathBuf>> {
    let files: Vec<PathBuf> = repo::files(&run.root)?
        .into_iter()
        .filter(|path| path.starts_with("e2e") && path.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    if files.is_empty() {
        bail!("there is no e2e/**/*.test.mjs to run");
    }
    Ok(files)
}

/// Node's own count, in either of its two forms: `# pass 3` and `ℹ pass 3`.
pub(super) fn is_summary(line: &str) -> bool {
    let mut words = line.split_whitespace();
    matches!(words.next(), Some("#" | "ℹ"))
        && matches!(words.next(), Some("tests" | "pass" | "fail" | "skipped"))
        && words
            .next()
            .is_some_and(|count| count.parse::<u32>().is_ok())
        && words.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_summary_is_known_in_both_forms() {
        assert!(is_summary("# pass 3") && is_summary("ℹ tests 4"));
        assert!(!is_summary("# Subtest: starts") && !is_summary("# tests are good"));
    }
}
