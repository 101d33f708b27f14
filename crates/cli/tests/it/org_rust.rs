//! A real organisation, where its file lies beside the checkout; the arithmetic is done again here,
//! from the file alone.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::run::Place;

/// Upwards from here, the first `shared/data/org-rust.json`.
fn file() -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors()
        .map(|folder| folder.join("shared/data/org-rust.json"))
        .find(|path| path.exists())
}

fn strings(value: &Value) -> impl Iterator<Item = &str> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

/// Everybody in a team: its members, those of the teams it includes, those of its children.
fn people<'f>(teams: &'f [Value], name: &str, seen: &mut BTreeSet<String>) -> BTreeSet<&'f str> {
    if !seen.insert(name.to_owned()) {
        return BTreeSet::new();
    }
    let mut all = BTreeSet::new();
    for team in teams {
        if team["name"] == name {
            all.extend(strings(&team["members"]));
            for included in strings(&team["includes"]) {
                all.extend(people(teams, included, seen));
            }
        }
        if team["parent"] == name {
            all.extend(people(teams, team["name"].as_str().unwrap(), seen));
        }
    }
    all
}

/// Who has each role on a repository.
fn expected<'f>(org: &'f Value, repo: &'f Value) -> BTreeMap<&'f str, BTreeSet<&'f str>> {
    let mut by_role: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    if repo["archived"] == true {
        return by_role;
    }
    let teams = org["teams"].as_array().unwrap();
    for (team, role) in repo["teams"].as_object().unwrap() {
        let all = people(teams, team, &mut BTreeSet::new());
        by_role
            .entry(role.as_str().unwrap())
            .or_default()
            .extend(all);
    }
    for (login, role) in repo["people"].as_object().unwrap() {
        by_role
            .entry(role.as_str().unwrap())
            .or_default()
            .insert(login);
    }
    by_role
}

#[test]
fn a_real_organisation_answers_as_its_own_file_does() {
    let Some(file) = file() else {
        eprintln!("left out: there is no shared/data/org-rust.json beside the checkout");
        return;
    };
    let org: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let (place, path) = (Place::new(), file.display().to_string());
    let done = place.run(&["import", "org", &path, "--json"]).ok().json();
    assert_eq!(
        (&done["file"]["people"], &done["file"]["teams"]),
        (&665.into(), &217.into())
    );
    assert_eq!(done["changes"]["users"]["created"], 665);
    let again = place.run(&["import", "org", &path, "--json"]).ok().json();
    assert_eq!(
        (&again["changed"], &again["changes"]),
        (&false.into(), &serde_json::json!({}))
    );

    let repos = org["repos"].as_array().unwrap();
    let first = repos
        .iter()
        .find(|repo| repo["org"] == "rust-lang" && repo["name"] == "rust")
        .unwrap();
    let with_teams = repos.iter().filter(|repo| {
        repo["archived"] == false && repo["teams"].as_object().is_some_and(|t| !t.is_empty())
    });
    let archived = repos.iter().filter(|repo| repo["archived"] == true).take(3);
    let looked_at: Vec<_> = [first]
        .into_iter()
        .chain(with_teams.step_by(8).take(18))
        .chain(archived)
        .collect();
    assert!(looked_at.len() > 20);
    for repo in looked_at {
        let (owner, name) = (
            repo["org"].as_str().unwrap(),
            repo["name"].as_str().unwrap(),
        );
        let expected = expected(&org, repo);
        for role in ["write", "maintain", "triage"] {
            let permission = format!("repo:{owner}/{name}:{role}");
            let users = place.who_can(&permission);
            let logins: BTreeSet<_> = users
                .iter()
                .map(|user| user["login"].as_str().unwrap())
                .collect();
            let wanted = expected.get(role).cloned().unwrap_or_default();
            assert_eq!(logins, wanted, "{permission}");
            assert!(
                users
                    .iter()
                    .all(|user| !user["paths"].as_array().unwrap().is_empty())
            );
        }
    }
    let writers = &expected(&org, first)["write"];
    let somebody = writers.first().unwrap();
    let explained = place
        .run(&["explain", somebody, "repo:rust-lang/rust:write"])
        .ok();
    assert!(
        explained
            .stdout
            .contains("→ group App-rust-lang/rust-write"),
        "{explained:?}"
    );
    let outsider = org["people"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["login"].as_str().unwrap())
        .find(|l| !writers.contains(l))
        .unwrap();
    assert_eq!(
        place
            .run(&["explain", outsider, "repo:rust-lang/rust:write"])
            .code,
        3
    );
}
