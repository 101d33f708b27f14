//! The built program in a real browser.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::{Outcome, Part, Run, Step, tools};
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
    let binary = build(run)?;

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

/// Builds the program as the tests were built; returns where it is.
fn build(run: &Run) -> Result<PathBuf> {
    let mut cargo = run.cargo();
    cargo.args(["build", "--workspace", "--bin", "portcullis"]);
    if run.wants(Part::Nextest) {
        // The same selection as the tests before it: dev-dependencies turn features on in crates they share, and
        // without them a part of the workspace would be built a second time.
        cargo.arg("--tests");
    }
    cargo
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit());
    let messages = process::output(&mut cargo)?;
    executable(&messages, "portcullis").context("cargo did not say where it built `portcullis`")
}

/// The executable of the binary `name`, from cargo's messages.
fn executable(messages: &str, name: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| {
            // The same name also belongs to its unit tests, which are another executable.
            message["target"]["name"] == name && message["profile"]["test"] != true
        })
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
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
    fn the_executable_is_the_program_and_not_its_unit_tests() {
        let messages = r#"{"target":{"name":"serde"},"profile":{"test":false},"executable":null}
            {"target":{"name":"portcullis"},"profile":{"test":true},"executable":"/t/deps/portcullis-1"}
            {"target":{"name":"portcullis"},"profile":{"test":false},"executable":"/t/portcullis"}"#;
        assert_eq!(
            executable(messages, "portcullis"),
            Some(PathBuf::from("/t/portcullis"))
        );
    }

    #[test]
    fn nodes_summary_is_known_in_both_forms() {
        assert!(is_summary("# pass 3") && is_summary("ℹ tests 4"));
        assert!(!is_summary("# Subtest: starts") && !is_summary("# tests are good"));
    }
}
