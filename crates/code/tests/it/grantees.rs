//! The grammar of grantees.

use portcullis_code::{Directory, Findings};

use crate::common::{directory, now, permissions, repository, resolved};

#[test]
fn every_decided_rule_of_a_grantee_is_held() {
    let file = "config/permissions.yaml";
    for (text, column, code) in [
        ("{devOnly: {prodOnly: a@x.com}}", 16, "nested"),
        ("{devOnly: a@x.com, prodOnly: b@x.com}", 24, "two-in-one"),
        ("{except: a@x.com}", 6, "except-in-permission"),
        ("SEEK-Jobs/", 5, "grantee"),
        ("a/b/c", 5, "grantee"),
        ("./groups", 5, "group-path"),
        ("./groups/a/", 5, "group-path"),
        ("./groups/../a", 5, "group-path"),
        ("./groups/nobody", 5, "unknown-group"),
        ("SEEK-Jobs/Tester", 5, "unknown-team"),
        ("SEEK-Jobs/Twin", 5, "two-teams"),
        ("Athena", 5, "unknown-organization"),
        ("'a@'", 5, "email"),
        ("{to: a@x.com, util: x}", 19, "unknown-key"),
        ("{to: a@x.com, until: soon}", 26, "not-a-time"),
        ("{to: a@x.com, only: [test]}", 26, "unknown-environment"),
        ("{to: a@x.com, roles: [member]}", 5, "not-a-team"),
        ("{stagingOnly: a@x.com}", 6, "unknown-key"),
    ] {
        permissions(
            &format!("A: [{text}]\n"),
            &[&format!("{file}:1:{column} {code}")],
        );
    }
    permissions(
        "A: {implies: [B], grants: [a@x.com]}\n",
        &[&format!("{file}:1:15 unknown-permission")],
    );
}

#[test]
fn the_nearest_name_is_told() {
    let found = repository(&[("config/permissions.yaml", "A: [SEEK-Jobs/Tester]\n")]);
    let found = found.validate(Some(&directory()), now());
    assert_eq!(
        found.iter().next().unwrap().hint,
        "did you mean `SEEK-Jobs/Testers`?"
    );
}

#[track_caller]
fn hint(text: &str, expected: &str) {
    let groups = (
        "config/groups/group-apps/prod-testers/group.yaml",
        "members: [g@x.com]\n",
    );
    let found = repository(&[("config/permissions.yaml", text), groups]);
    let found = found.validate(Some(&directory()), now());
    let found = found
        .iter()
        .find(|it| it.place.file.ends_with("permissions.yaml"));
    assert_eq!(found.unwrap().hint, expected, "{text}");
}

#[test]
fn paths_of_groups_are_exact_and_the_nearest_is_named() {
    for path in [
        "./groups/group-apps/",
        "./groups/Group-Apps",
        "./groups//group-apps",
        "./groups/./group-apps",
        "./groups/x/../group-apps",
        "../groups/group-apps",
        "./group-apps",
        "./Groups/group-apps",
        "./groups/group-app",
    ] {
        hint(
            &format!("A: ['{path}']\n"),
            "did you mean `./groups/group-apps`?",
        );
    }
    hint(
        "A: [./groups]\n",
        "write it as `./groups/name`, without `..` and a slash at the end",
    );
    hint("A: [./groups/zzz]\n", "write config/groups/zzz/group.yaml");
}

#[test]
fn names_are_compared_without_case_and_the_slug_goes_first() {
    // Of this team the slug is another one's name.
    let text = r#"{"people":[
{"id":1,"login":"ana","name":null,"email":"ana@x.com"},
{"id":2,"login":"ben","name":null,"email":"ben@x.com"}],
"organizations":[{"login":"Org","owners":[],"members":["ana","ben"],"teams":[
{"slug":"apps","name":"Other Team","parent":null,"maintainers":[],"members":["ana"]},
{"slug":"second","name":"Apps","parent":null,"maintainers":[],"members":["BEN"]}]}]}"#;
    let mut findings = Findings::default();
    let directory = Directory::read("d.json", text.as_bytes(), &mut findings).unwrap();
    for (written, holder, odd) in [
        ("Org/apps", "ana@x.com", false),
        ("ORG/APPS", "ana@x.com", false),
        ("Org/other team", "ana@x.com", false),
        ("Org/Second", "ben@x.com", false),
        ("'Org/Other\u{a0}Team'", "ana@x.com", true),
        ("'Org/Other\u{3000}\u{3000}Team'", "ana@x.com", true),
        ("'Org/ Other Team '", "ana@x.com", true),
    ] {
        let read = repository(&[("config/permissions.yaml", &format!("A: [{written}]\n"))]);
        let (resolved, found) = read.resolve(Some(&directory), "dev", now()).unwrap();
        assert_eq!(resolved.permissions["A"], [holder.into()], "{written}");
        let found: Vec<_> = found.iter().map(|found| found.code).collect();
        let expected: &[&str] = if odd { &["odd-space"] } else { &[] };
        assert_eq!(found, expected, "{written}");
    }
    // Other letters do not compare as one another: the first is Cyrillic.
    hint(
        "A: [SEEK-Jobs/Тesters]\n",
        "did you mean `SEEK-Jobs/Testers`?",
    );
}

#[test]
fn letters_that_look_alike_stay_what_they_are() {
    let text = "A: ['аna@x.com', ana@x.com]\n";
    permissions(text, &["config/permissions.yaml:1:5 look-alike"]);
    let files = [("config/permissions.yaml", text)];
    assert_eq!(
        resolved(&files, "dev"),
        r#"{"permissions":{"A":["ana@x.com","аna@x.com"]}}"#
    );
}
