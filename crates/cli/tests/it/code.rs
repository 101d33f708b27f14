//! Access as files of a repository, by the commands that read it.

use std::fs;

use serde_json::json;

use crate::run::{Place, Ran};

const PERMISSIONS: &str = "\
query:some-object:
  - SEEK-Jobs/Athena
  - devOnly: ./groups/apps
  - prodOnly: ./groups/apps/testers
offboarding:
  owner: SEEK-Jobs/Athena
  grants: [Eve@example.com]
";

const DIRECTORY: &str = r#"{"people":[
{"id":1,"login":"ana","name":"Ana","email":"ana@example.com"},
{"id":2,"login":"bot","name":null,"email":null}],
"organizations":[{"login":"SEEK-Jobs","owners":[],"members":["ana","bot"],"teams":[
{"slug":"athena","name":"Athena","parent":null,"maintainers":[],"members":["ana","bot"]}]}]}"#;

pub(crate) fn place() -> Place {
    let place = Place::new();
    for (path, text) in [
        ("config/permissions.yaml", PERMISSIONS),
        (
            "config/groups/apps/group.yaml",
            "members: [fay@example.com]\n",
        ),
        (
            "config/groups/apps/testers/group.yaml",
            "members: [gus@example.com]\n",
        ),
        ("directory.json", DIRECTORY),
    ] {
        write(&place, path, text);
    }
    place
}

pub(crate) fn write(place: &Place, path: &str, text: &str) {
    let path = place.path().join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

pub(crate) fn code(place: &Place, words: &str) -> Ran {
    let mut args = vec!["code"];
    args.extend(words.split_whitespace());
    place.run(&args)
}

#[test]
fn a_repository_resolves_in_each_environment() {
    let place = place();
    let ran = code(
        &place,
        "resolve . --env dev --directory directory.json --json",
    )
    .ok();
    assert_eq!(
        ran.stdout.trim_end(),
        r#"{"permissions":{"offboarding":["eve@example.com"],"query:some-object":["ana@example.com","fay@example.com","gus@example.com"]}}"#
    );
    assert_eq!(
        ran.stderr,
        "directory.json:3:1: warning: `bot` has no e-mail address and is left out; write the address of their login into config/people.yaml [no-email]\n"
    );
    let ran = code(&place, "resolve --env prod --directory directory.json").ok();
    assert_eq!(
        ran.stdout,
        "offboarding: eve@example.com\nquery:some-object: ana@example.com, gus@example.com\n"
    );
}

#[test]
fn an_unknown_environment_is_wrong_usage() {
    let place = place();
    for verb in ["resolve", "who offboarding", "what a@example.com"] {
        let ran = code(&place, &format!("{verb} . --env prd"));
        assert_eq!((ran.code, &*ran.stdout), (2, ""), "{ran:?}");
        assert!(ran.stderr.contains("there are dev, prod"), "{ran:?}");
        assert!(ran.stderr.contains("did you mean `prod`"), "{ran:?}");
    }
    // Where the file that names them is wrong, that is told and not another thing.
    write(&place, "access.yaml", "environments: [staging\n");
    let ran = code(&place, "resolve . --env staging --directory directory.json");
    assert_eq!((ran.code, &*ran.stdout), (1, ""), "{ran:?}");
    assert!(ran.stderr.contains("access.yaml:1:15: error:"), "{ran:?}");
}

#[test]
fn what_is_wrong_is_told_in_four_forms() {
    let place = place();
    let text = "A: [SEEK-Jobs/Athen, ./groups/app]\nA: []\n";
    write(&place, "config/permissions.yaml", text);
    write(&place, "config/other.yaml", "{}\n");
    let ran = code(&place, "validate . --directory directory.json --json");
    assert_eq!(ran.code, 1, "{ran:?}");
    let found = &ran.json()["findings"];
    assert_eq!(
        found[1],
        json!({
            "severity": "error",
            "code": "unknown-team",
            "file": "config/permissions.yaml",
            "line": 1,
            "column": 5,
            "message": "`SEEK-Jobs` has no team `Athen`",
            "hint": "did you mean `SEEK-Jobs/Athena`?",
        })
    );
    let problem: serde_json::Value =
        serde_json::from_str(ran.stderr.lines().last().unwrap()).unwrap();
    assert_eq!(
        problem["detail"],
        "3 things are wrong; correct what is named above"
    );

    let ran = code(&place, "validate . --directory directory.json");
    assert_eq!(ran.code, 1, "{ran:?}");
    let line = "config/permissions.yaml:1:22: error: there is no group `./groups/app`; did you mean `./groups/apps`? [unknown-group]";
    assert!(ran.stdout.lines().any(|it| it == line), "{ran:?}");

    let ran = code(
        &place,
        "validate . --directory directory.json --format github",
    );
    assert_eq!(ran.code, 1, "{ran:?}");
    let line = "::error file=config/permissions.yaml,line=2,col=1,title=duplicate-key::the key `A` is written twice; first on line 1; keep one";
    assert!(ran.stdout.lines().any(|it| it == line), "{ran:?}");
    assert!(
        ran.stdout
            .contains("::warning file=config/other.yaml,line=1,col=1,title=stray-file::")
    );

    let ran = code(
        &place,
        "validate . --directory directory.json --format sarif",
    );
    let sarif = ran.json();
    assert_eq!(sarif["version"], "2.1.0");
    let result = &sarif["runs"][0]["results"][1];
    assert_eq!(result["ruleId"], "unknown-team");
    assert_eq!(
        result["locations"][0]["physicalLocation"],
        json!({
            "artifactLocation": {"uri": "config/permissions.yaml"},
            "region": {"startLine": 1, "startColumn": 5},
        })
    );

    for words in ["resolve . --env dev", "test .", "who A"] {
        let ran = code(&place, &format!("{words} --directory directory.json"));
        assert_eq!((ran.code, &*ran.stdout), (1, ""), "{ran:?}");
        assert!(
            ran.stderr.contains("config/permissions.yaml:1:22: error:"),
            "{ran:?}"
        );
    }
}

#[test]
fn a_directory_that_is_wrong_is_told_with_all_else() {
    let place = place();
    let text = "A: [SEEK-Jobs/Athena, ./groups/app]\n";
    write(&place, "config/permissions.yaml", text);
    for (directory, place_of_it) in [
        (
            r#"{"people": [], "organizations": [{}]}"#,
            "directory.json:1:34: error:",
        ),
        ("people: []", "directory.json:1:1: error:"),
    ] {
        write(&place, "directory.json", directory);
        for verb in ["validate .", "resolve . --env dev"] {
            let ran = code(&place, &format!("{verb} --directory directory.json"));
            let told = ran.stdout + &ran.stderr;
            assert_eq!(ran.code, 1, "{told}");
            assert!(told.contains(place_of_it), "{told}");
            assert!(
                told.contains("config/permissions.yaml:1:23: error:"),
                "{told}"
            );
            assert!(!told.contains("unknown-organization"), "{told}");
            assert!(!told.contains("no-directory"), "{told}");
        }
    }
    let ran = code(&place, "validate . --directory gone.json");
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(
        ran.stdout
            .contains("gone.json:1:1: error: this cannot be read"),
        "{ran:?}"
    );
}

#[cfg(unix)]
#[test]
fn links_and_pipes_are_told_and_not_followed() {
    let place = place();
    let groups = place.path().join("config/groups");
    std::os::unix::fs::symlink("apps", groups.join("linked")).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(groups.join("pipe"))
        .status();
    let ran = code(&place, "validate . --directory directory.json");
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(
        ran.stdout
            .contains("config/groups/linked:1:1: error: this is a symbolic link")
    );
    if made.is_ok_and(|made| made.success()) {
        assert!(
            ran.stdout
                .contains("config/groups/pipe:1:1: error: this cannot be read")
        );
    }
}

#[test]
fn questions_are_answered() {
    let place = place();
    let ran = code(
        &place,
        "who query:some-object --directory directory.json --json",
    )
    .ok();
    assert_eq!(
        ran.json(),
        json!({"permission": "query:some-object", "holders": {
            "dev": ["ana@example.com", "fay@example.com", "gus@example.com"],
            "prod": ["ana@example.com", "gus@example.com"],
        }})
    );
    let ran = code(
        &place,
        "what Fay@Example.com --directory directory.json --json",
    )
    .ok();
    assert_eq!(
        ran.json(),
        json!({"email": "fay@example.com", "permissions": {"dev": ["query:some-object"], "prod": []}})
    );
    let ran = code(
        &place,
        "what nobody@example.com --directory directory.json --env dev",
    )
    .ok();
    assert!(
        ran.stderr.contains("nothing names `nobody@example.com`"),
        "{ran:?}"
    );
    for (env, exit, says) in [
        ("dev", 0, "fay@example.com holds query:some-object in dev\n"),
        (
            "prod",
            3,
            "fay@example.com does not hold query:some-object in prod\n",
        ),
    ] {
        let words = format!(
            "check fay@example.com query:some-object --env {env} --directory directory.json"
        );
        let ran = code(&place, &words);
        assert_eq!((ran.code, &*ran.stdout), (exit, says), "{ran:?}");
    }
    let ran = code(
        &place,
        "check a@example.com query:some --env dev --directory directory.json",
    );
    assert_eq!((ran.code, &*ran.stdout), (1, ""), "{ran:?}");
    assert!(
        ran.stderr.contains("did you mean `query:some-object`?"),
        "{ran:?}"
    );
}

#[test]
fn what_must_be_so_is_tested() {
    let place = place();
    let words = "test . --directory directory.json";
    write(
        &place,
        "config/tests.yaml",
        "- {permission: offboarding, count: 1, cannot: [ana@example.com]}\n",
    );
    let ran = code(&place, words).ok();
    assert_eq!(ran.stdout, "");
    assert!(
        ran.stderr.ends_with("1 test: all is as it must be\n"),
        "{ran:?}"
    );
    write(
        &place,
        "config/tests.yaml",
        "- {permission: offboarding, env: prod, can: [ana@example.com]}\n",
    );
    let ran = code(&place, &format!("{words} --json"));
    assert_eq!(ran.code, 3, "{ran:?}");
    let told = ran.json();
    assert_eq!(told["tests"], 1);
    assert_eq!(told["findings"][0]["column"], 46);
    assert_eq!(
        told["findings"][0]["message"],
        "`ana@example.com` does not hold `offboarding` in prod"
    );
}

#[test]
fn codeowners_are_made_written_and_checked() {
    let place = place();
    write(&place, "CODEOWNERS", "* @SEEK-Jobs/all\n");
    let words = "codeowners . --directory directory.json";
    let ran = code(&place, words).ok();
    assert!(
        ran.stdout
            .contains("\n/config/permissions.yaml @SEEK-Jobs/athena\n"),
        "{ran:?}"
    );
    assert_eq!(code(&place, &format!("{words} --check")).code, 3);
    code(&place, &format!("{words} --write")).ok();
    code(&place, &format!("{words} --check")).ok();
    let written = fs::read_to_string(place.path().join("CODEOWNERS")).unwrap();
    assert_eq!(written, format!("* @SEEK-Jobs/all\n{}", ran.stdout));
}
