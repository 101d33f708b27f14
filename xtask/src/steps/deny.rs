//! Licences, bans and sources of what we depend on, as `deny.toml` says.
//!
//! cargo-deny checks it where it is installed. Building it takes half an hour on a small machine, so where it is
//! not, the same file is checked here for what decides: licences, banned crates, sources. Advisories need the
//! network and a current database; they are not part of this run, and the summary says so.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::{Outcome, Run, Step};
use crate::process;

pub(super) const STEP: Step = Step {
    name: "deny",
    about: "licences, banned crates and sources of dependencies (deny.toml)",
    needs: &[],
    run,
};

fn run(run: &Run) -> Result<Outcome> {
    if process::output(run.cargo().args(["deny", "--version"])).is_ok() {
        process::run(run.cargo().args([
            "deny",
            "--offline",
            "check",
            "bans",
            "licenses",
            "sources",
        ]))?;
        return Ok(Outcome::ok().note("cargo-deny; advisories not checked (they need the network)"));
    }
    let rules = std::fs::read_to_string(run.root.join("deny.toml"))?;
    let metadata =
        process::output(
            run.cargo()
                .args(["metadata", "--format-version", "1", "--locked"]),
        )?;
    let problems = problems(&toml::from_str(&rules)?, &serde_json::from_str(&metadata)?)?;
    if !problems.is_empty() {
        bail!("{}", problems.join("\n"));
    }
    Ok(Outcome::ok().note("without cargo-deny: licences, bans, sources; advisories not checked"))
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
