//! A program of the workspace, as the tests before it were built.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::Run;
use crate::process;

/// What every step that compiles says to cargo. Packages and features chosen otherwise turn other features on in
/// crates they share, and most of the workspace would be built a second time.
pub(super) const WHOLE: [&str; 2] = ["--workspace", "--all-features"];

/// Builds the program `name`; returns where it is.
pub(super) fn program(run: &Run, name: &str) -> Result<PathBuf> {
    let mut cargo = run.cargo();
    cargo
        .arg("build")
        .args(WHOLE)
        // Tests have dependencies of their own, which count for the features as well.
        .args(["--tests", "--bin", name])
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit());
    let messages = process::output(&mut cargo)?;
    executable(&messages, name)
        .with_context(|| format!("cargo did not say where it built `{name}`"))
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
}
