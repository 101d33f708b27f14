//! What a change of an access repository does, and why somebody holds something, by the commands.

use std::{fs, process::Command};

use serde_json::json;

use crate::{
    code::{code, place, write},
    run::Place,
};

/// Commits all there is, and says which commit that is.
fn commit(place: &Place) -> String {
    let git = |words: &[&str]| {
        let ran = Command::new("git")
            .current_dir(place.path())
            .args(["-c", "user.name=Ana", "-c", "user.email=ana@example.com"])
            .args(words)
            .output()
            .unwrap();
        assert!(ran.status.success(), "{ran:?}");
        String::from_utf8(ran.stdout).unwrap().trim().to_owned()
    };
    git(&["init", "-q", "-b", "main"]);
    git(&["add", "-A"]);
    git(&["commit", "-q", "-m", "as it is"]);
    git(&["rev-parse", "HEAD"])
}

const PLAN: &str = "plan . --base main --directory directory.json --now 2026-11-28T12:00:00Z";

#[test]
fn a_change_is_compared_with_a_commit() {
    let place = place();
    commit(&place);
    let ran = code(&place, PLAN).ok();
    assert!(ran.stdout.contains("nothing changes"), "{ran:?}");

    write(
        &place,
        "config/groups/apps/testers/group.yaml",
        "members: [gus@example.com, carol@example.com]\n",
    );
    let ran = code(&place, &format!("{PLAN} --json"));
    assert_eq!(ran.code, 10, "{ran:?}");
    let planned = ran.json();
    let effects = planned["effects"].as_array().unwrap();
    let told: Vec<_> = effects
        .iter()
        .map(|effect| {
            let people = &effect["gains"][0]["people"];
            (&effect["environment"], &effect["permission"], people)
        })
        .collect();
    // The testers are below the apps, which are granted it in dev only.
    let (key, carol) = (json!("query:some-object"), json!(["carol@example.com"]));
    assert_eq!(
        told,
        [
            (&json!("dev"), &key, &carol),
            (&json!("prod"), &key, &carol)
        ]
    );
    assert_eq!(
        effects[1]["gains"][0]["via"][0]["places"][0],
        json!({ "file": "config/permissions.yaml", "line": 4, "column": 15 })
    );
}

#[test]
fn a_plan_is_written_for_programs_and_for_people() {
    let place = place();
    commit(&place);
    let text = "offboarding:\n  owner: SEEK-Jobs/Athena\n  grants: [Eve@example.com, ana@example.com]\nquery:some-object: [SEEK-Jobs/Athena]\n";
    write(&place, "config/permissions.yaml", text);
    let words = format!("{PLAN} --author ana --format markdown --out plan.json");
    let ran = code(&place, &words);
    assert_eq!(ran.code, 10, "{ran:?}");
    assert!(
        ran.stdout.starts_with("<!-- portcullis:plan -->\n"),
        "{ran:?}"
    );
    let plan: serde_json::Value =
        serde_json::from_slice(&fs::read(place.path().join("plan.json")).unwrap()).unwrap();
    let flags = plan["flags"].as_array().unwrap();
    assert!(
        flags.iter().any(|flag| flag["code"] == "self-grant"
            && flag["permission"] == "offboarding"
            && flag["reviewers"] == json!(["SEEK-Jobs/Athena"])),
        "{flags:#?}"
    );
    // The same files have the same digest, whether they are read from a commit or from a folder.
    let planned = code(&place, &format!("{PLAN} --json")).json();
    commit(&place);
    let again = code(&place, &format!("{PLAN} --json")).json();
    assert_eq!(again["digests"]["base"], planned["digests"]["head"]);
    assert_eq!(again["digests"]["base"], again["digests"]["head"]);
    assert_ne!(planned["digests"]["base"], planned["digests"]["head"]);
}

#[test]
fn what_stands_against_a_change_blocks_it() {
    let place = place();
    commit(&place);
    let text = "query:some-object: [SEEK-Jobs/Athena, carol@example.com]\noffboarding: []\n";
    write(&place, "config/permissions.yaml", text);
    let ran = code(&place, &format!("{PLAN} --fail-on no-holders"));
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(
        ran.stderr.contains("the change is blocked (no-holders)"),
        "{ran:?}"
    );
    let ran = code(&place, &format!("{PLAN} --fail-on no-holder"));
    assert_eq!(ran.code, 2, "{ran:?}");
    // What does not validate has no plan, and says why where the comment would stand.
    write(&place, "config/permissions.yaml", "a: [SEEK-Jobs/Athen]\n");
    let ran = code(&place, &format!("{PLAN} --format markdown"));
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(
        ran.stdout.starts_with("<!-- portcullis:plan -->\n"),
        "{ran:?}"
    );
    assert!(ran.stdout.contains("unknown-team"), "{ran:?}");
}

#[test]
fn a_base_is_a_commit_that_is_there_or_a_folder() {
    let place = place();
    let head = commit(&place);
    for name in ["gone", "--output=stolen", "HEAD:config"] {
        let ran = code(
            &place,
            &format!("plan . --base={name} --directory directory.json"),
        );
        assert_eq!((ran.code, &*ran.stdout), (2, ""), "{name}: {ran:?}");
    }
    assert!(!place.path().join("stolen").exists());
    let by_name = format!("plan . --base {head} --directory directory.json");
    code(&place, &by_name).ok();
    let ran = code(&place, "plan . --directory directory.json");
    assert_eq!(ran.code, 2, "{ran:?}");
    // Before the first publish there is nothing.
    fs::create_dir(place.path().join("nothing")).unwrap();
    let ran = code(
        &place,
        "plan . --base-dir nothing --directory directory.json --json",
    );
    assert_eq!(ran.code, 10, "{ran:?}");
    assert_eq!(
        ran.json()["new_permissions"],
        json!(["offboarding", "query:some-object"])
    );
}

#[test]
fn a_base_has_no_links_and_no_files_besides() {
    let place = place();
    write(&place, "elsewhere/permissions.yaml", "stray: []\n");
    #[cfg(unix)]
    std::os::unix::fs::symlink(
        "../../../directory.json",
        place.path().join("config/groups/apps/group2.yaml"),
    )
    .unwrap();
    commit(&place);
    fs::remove_file(place.path().join("config/groups/apps/group2.yaml")).unwrap();
    let ran = code(&place, &format!("{PLAN} --json"));
    let planned = ran.json();
    assert_eq!(planned["effects"], json!([]), "{ran:?}");
    assert_eq!(
        planned["base"]["errors"][0]["code"], "symbolic-link",
        "{ran:?}"
    );
}

#[test]
fn why_names_the_lines() {
    let place = place();
    let words = "--env prod --directory directory.json";
    let ran = code(
        &place,
        &format!("why gus@example.com query:some-object {words}"),
    )
    .ok();
    assert_eq!(
        ran.stdout,
        "gus@example.com holds query:some-object in prod\n  \
           by ./groups/apps/testers, only in prod (config/permissions.yaml:4:15)\n     \
           -> gus@example.com (config/groups/apps/testers/group.yaml:1:11)\n"
    );
    let ran = code(&place, &format!("why ana query:some-object {words}")).ok();
    assert!(ran.stdout.contains("in the directory ana"), "{ran:?}");
    let ran = code(
        &place,
        &format!("why fay@example.com query:some-object {words}"),
    );
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.stdout.contains("only in dev"), "{ran:?}");
    let ran = code(&place, &format!("why ana query:some-objec {words}"));
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("`query:some-object`"), "{ran:?}");
}
