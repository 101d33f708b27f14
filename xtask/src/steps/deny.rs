//! Licences, bans and sources of what we depend on, as `deny.toml` says, in every workspace of the repository.
//!
//! cargo-deny checks it where it is installed. Building it takes half an hour on a small machine, so where it is
//! not, the same file is checked here for what decides: licences, banned crates, sources. Advisories need the
//! network and a current database; they are not part of this run, and the summary says so.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::{Outcome, Run, Step};
use crate::process;

pub(super) const STEP: Step = Step {
    name: "deny",
    about: "licences, banned crates and sources of dependencies, in every lock file (deny.toml)",
    needs: &[],
    run,
};

/// What is told of the main workspace alone: the others take but a part of what is allowed.
const PARTIAL: [&str; 3] = [
    "duplicate",
    "license-not-encountered",
    "license-exception-not-encountered",
];

fn run(run: &Run) -> Result<Outcome> {
    let with_cargo_deny = process::output(run.cargo().args(["deny", "--version"])).is_ok();
    let rules = toml::from_str(&std::fs::read_to_string(run.root.join("deny.toml"))?)?;
    let workspaces = workspaces(run)?;
    let mut found = Vec::new();
    for manifest in &workspaces {
        // Also with cargo-deny: it works offline, and this fetches what it reads.
        let metadata = process::output(
            run.cargo()
                .args(["metadata", "--format-version", "1", "--locked"])
                .arg("--manifest-path")
                .arg(manifest),
        )?;
        if with_cargo_deny {
            if let Err(error) = process::run(&mut cargo_deny(run, manifest)) {
                found.push(format!("{error:#}"));
            }
            continue;
        }
        let place = manifest.strip_prefix(&run.root).unwrap_or(manifest);
        let problems = problems(&rules, &serde_json::from_str(&metadata)?)?;
        found.extend(
            problems
                .iter()
                .map(|problem| format!("{}: {problem}", place.display())),
        );
    }
    if !found.is_empty() {
        bail!("{}", found.join("\n"));
    }
    let by = if with_cargo_deny { "with" } else { "without" };
    Ok(Outcome::ok().note(format!(
        "{by} cargo-deny: {} lock files; advisories not checked (they need the network)",
        workspaces.len()
    )))
}

/// The manifest beside each lock file: `fuzz`, `bench` and `bindings` are workspaces of their own.
fn workspaces(run: &Run) -> Result<Vec<PathBuf>> {
    let files = crate::repo::files(&run.root)?;
    let locks = files
        .iter()
        .filter(|file| file.file_name() == Some("Cargo.lock".as_ref()));
    Ok(locks
        .map(|lock| run.root.join(lock).with_file_name("Cargo.toml"))
        .collect())
}

fn cargo_deny(run: &Run, manifest: &Path) -> Command {
    let mut cargo = run.cargo();
    cargo
        .args(["deny", "--offline", "--manifest-path"])
        .arg(manifest)
        .args(["check", "--config"])
        .arg(run.root.join("deny.toml"));
    if manifest.parent() != Some(&run.root) {
        cargo.args(PARTIAL.iter().flat_map(|lint| ["--allow", lint]));
    }
    cargo.args(["bans", "licenses", "sources"]);
    cargo
}

/// What in `cargo metadata` goes against deny.toml.
fn problems(rules: &toml::Table, metadata: &Value) -> Result<Vec<String>> {
    let allowed: BTreeSet<&str> = strings(&rules["licenses"]["allow"]).collect();
    let banned: BTreeSet<&str> = rules["bans"]["deny"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|ban| ban.as_str().or_else(|| ban.get("crate")?.as_str()))
        .collect();
    let exceptions: Vec<(&str, BTreeSet<&str>)> = rules["licenses"]
        .get("exceptions")
        .and_then(toml::Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|exception| {
            Some((
                exception.get("crate")?.as_str()?,
                strings(exception.get("allow")?).collect(),
            ))
        })
        .collect();

    let mut problems = Vec::new();
    for package in metadata["packages"]
        .as_array()
        .context("cargo metadata has no packages")?
    {
        let name = package["name"].as_str().unwrap_or_default();
        let Some(source) = package["source"].as_str() else {
            continue; // ours
        };
        if banned.contains(name) {
            problems.push(format!("`{name}` is banned in deny.toml"));
        }
        if source != "registry+https://github.com/rust-lang/crates.io-index" {
            problems.push(format!(
                "`{name}` comes from {source}, and only crates.io is allowed"
            ));
        }
        let mut may = allowed.clone();
        for (_, more) in exceptions.iter().filter(|(of, _)| *of == name) {
            may.extend(more);
        }
        match package["license"].as_str() {
            Some(licence) if is_allowed(licence, &may) => {}
            Some(licence) => problems.push(format!(
                "`{name}` is licensed `{licence}`, which deny.toml does not allow"
            )),
            None => problems.push(format!("`{name}` names no licence")),
        }
    }
    Ok(problems)
}

fn strings(value: &toml::Value) -> impl Iterator<Item = &str> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(toml::Value::as_str)
}

/// Whether an SPDX expression can be satisfied with the `allowed` licences.
fn is_allowed(expression: &str, allowed: &BTreeSet<&str>) -> bool {
    // The old form `MIT/Apache-2.0` means OR.
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    let satisfied = any(&mut rest, allowed);
    satisfied && rest.is_empty()
}

fn any(words: &mut &[&str], allowed: &BTreeSet<&str>) -> bool {
    let mut satisfied = all(words, allowed);
    while let ["OR", rest @ ..] = words {
        *words = rest;
        satisfied |= all(words, allowed);
    }
    satisfied
}

fn all(words: &mut &[&str], allowed: &BTreeSet<&str>) -> bool {
    let mut satisfied = one(words, allowed);
    while let ["AND", rest @ ..] = words {
        *words = rest;
        satisfied &= one(words, allowed);
    }
    satisfied
}

fn one(words: &mut &[&str], allowed: &BTreeSet<&str>) -> bool {
    match words {
        ["(", rest @ ..] => {
            *words = rest;
            let satisfied = any(words, allowed);
            if let [")", rest @ ..] = words {
                *words = rest;
            }
            satisfied
        }
        [licence, "WITH", exception, rest @ ..] => {
            let whole = format!("{licence} WITH {exception}");
            *words = rest;
            allowed.contains(whole.as_str())
        }
        [licence, rest @ ..] => {
            // `X+` is X or any later version, so X will do.
            let satisfied = allowed.contains(licence.trim_end_matches('+'));
            *words = rest;
            satisfied
        }
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_satisfied_by_one_way_through_it() {
        let allowed = BTreeSet::from(["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"]);
        for (expression, expected) in [
            ("MIT", true),
            ("MIT OR GPL-3.0", true),
            ("GPL-3.0/MIT", true),
            ("MIT AND GPL-3.0", false),
            ("ISC+", true),
            ("ISC AND (MIT OR GPL-3.0)", true),
            ("ISC AND (GPL-2.0 OR GPL-3.0)", false),
            ("Apache-2.0 WITH LLVM-exception OR GPL-3.0", true),
            ("Apache-2.0", false),
            ("", false),
        ] {
            assert_eq!(is_allowed(expression, &allowed), expected, "{expression}");
        }
    }

    #[test]
    fn bans_sources_and_licences_are_all_told_at_once() {
        let rules = toml::from_str(
            "[licenses]\nallow = ['MIT']\nexceptions = [{ crate = 'roots', allow = ['CDLA'] }]\n\
             [bans]\ndeny = [{ crate = 'openssl-sys' }]",
        )
        .expect("valid");
        let crates_io = "registry+https://github.com/rust-lang/crates.io-index";
        let metadata = serde_json::json!({"packages": [
            {"name": "ours", "source": null, "license": null},
            {"name": "fine", "source": crates_io, "license": "MIT"},
            {"name": "roots", "source": crates_io, "license": "CDLA"},
            {"name": "openssl-sys", "source": crates_io, "license": "MIT"},
            {"name": "forked", "source": "git+https://example.com/x", "license": "MIT"},
            {"name": "viral", "source": crates_io, "license": "GPL-3.0"},
        ]});
        let problems = problems(&rules, &metadata).expect("readable");
        assert_eq!(problems.len(), 3, "{problems:#?}");
    }
}
