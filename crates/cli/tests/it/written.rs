//! How files are written: objects as objects, each name once, YAML as of 1.2.

use crate::strict::{refused, with};

#[test]
fn no_list_stands_for_an_object() {
    let org: &[&str] = &["import", "org", "f.json", "--data", "d.sqlite"];
    let policy: &[&str] = &["import", "policy", "f.json", "--data", "d.sqlite"];
    let test: &[&str] = &["rules", "test", "f.json"];
    let yaml: &[&str] = &["rules", "test", "f.yaml"];
    let files = [
        (policy, r#"[[["eve"]]]"#, "expected a policy: an object"),
        (
            policy,
            r#"{"users":[["eve"]]}"#,
            "expected a user: an object",
        ),
        (
            policy,
            r#"{"groups":[["g"]]}"#,
            "expected a group: an object",
        ),
        (
            policy,
            r#"{"resources":[["t","1"]]}"#,
            "expected a resource: an object",
        ),
        (org, r#"[[["eve"]]]"#, "expected an organisation: an object"),
        (
            org,
            r#"{"people":[["eve"]]}"#,
            "expected a person: an object",
        ),
        (
            org,
            r#"{"people":[],"teams":[["core"]]}"#,
            "expected a team: an object",
        ),
        (
            org,
            r#"{"people":[],"repos":[["acme","site"]]}"#,
            "expected a repository: an object",
        ),
        (test, r#"["rules.json",[]]"#, "sequence"),
        (yaml, "- rules.json\n- []\n", "expected mapping"),
    ];
    for (args, text, said) in files {
        let name = if args == yaml { "f.yaml" } else { "f.json" };
        refused(&with(name, text, args), said);
    }
}

#[test]
fn two_spellings_of_one_name_are_told_with_both_places() {
    let org: &[&str] = &["import", "org", "f.json", "--data", "d.sqlite"];
    let policy: &[&str] = &["import", "policy", "f.json", "--data", "d.sqlite"];
    let files = [
        (
            policy,
            r#"{"groups":[{"name":"G2","permissions":["a:do"]},{"name":"g2","members":[]}]}"#,
            "`g2` is the same name as `G2` at /groups/0/name",
        ),
        (
            policy,
            r#"{"users":[{"login":"Ana"},{"login":"ana"}]}"#,
            "`ana` is the same name as `Ana` at /users/0/login",
        ),
        (
            policy,
            r#"{"resources":[{"type":"t","id":"1"},{"type":"t","id":"1","properties":{"a":1}}]}"#,
            "`t:1` stands here twice, also at /resources/0/id",
        ),
        (
            org,
            r#"{"people":[{"login":"ana"},{"login":"ANA"}]}"#,
            "`ANA` is the same name as `ana` at /people/0/login",
        ),
        (
            org,
            r#"{"people":[],"teams":[{"name":"Core"},{"name":"core"}]}"#,
            "`core` is the same name as `Core` at /teams/0/name",
        ),
        (
            org,
            r#"{"people":[],"repos":[{"org":"acme","name":"Site"},{"org":"Acme","name":"site"}]}"#,
            "`Acme/site` is the same name as `acme/Site` at /repos/0/name",
        ),
        (
            org,
            r#"{"people":[],"teams":[{"name":"core"}],"repos":[{"org":"a","name":"b","teams":{"Core":"read","core":"admin"}}]}"#,
            "`core` is the same name as `Core` at /repos/0/teams/Core",
        ),
    ];
    for (args, text, said) in files {
        let ran = with("f.json", text, args);
        refused(&ran, said);
        refused(&ran, "f.json:1 ");
    }
}

#[test]
fn yaml_of_another_version_is_refused() {
    let suite = "rules: rules.json\ncases:\n- {name: n, action: read, type: doc, attributes: {country: NO}, expect: allow}\n";
    let test: &[&str] = &["rules", "test", "f.yaml"];
    with("f.yaml", suite, test).ok();
    with("f.yaml", format!("%YAML 1.2\n---\n{suite}"), test).ok();
    for before in ["%YAML 1.1\n---\n", "# first\n%YAML 1.1 # old\n---\n"] {
        let ran = with("f.yaml", format!("{before}{suite}"), test);
        refused(
            &ran,
            "`%YAML 1.1` asks for rules under which other words are booleans",
        );
        let line = before
            .lines()
            .position(|line| line.starts_with('%'))
            .unwrap()
            + 1;
        refused(&ran, &format!("f.yaml:{line}:1: "));
    }
}
