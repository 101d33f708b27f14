//! Small repositories in, findings and answers out.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use portcullis_code::{Content, Directory, Findings, Repository};
use portcullis_model::Timestamp;

const DIRECTORY: &str = r#"{"people":[
{"id":1,"login":"Ana","name":"Ana","email":"ana@x.com"},
{"id":2,"login":"ben","name":"Ben","email":"ben@x.com"},
{"id":3,"login":"cy","name":null,"email":null},
{"id":4,"login":"dee","name":"Dee","email":"dee@x.com"},
{"id":5,"login":"dee-bot","name":"Dee","email":"dee@x.com"}],
"organizations":[{"login":"SEEK-Jobs","owners":["dee"],"members":["ana","ben","cy","dee","dee-bot"],"teams":[
{"slug":"group-apps","name":"Group Apps","parent":null,"maintainers":["ana"],"members":["ana","dee"]},
{"slug":"testers","name":"Testers","parent":"group-apps","maintainers":[],"members":["ben","cy"]},
{"slug":"twin-a","name":"Twin","parent":null,"maintainers":[],"members":[]},
{"slug":"twin-b","name":"twin","parent":null,"maintainers":[],"members":[]}]}]}"#;

fn repository(files: &[(&str, &str)]) -> Repository {
    let files = files.iter();
    Repository::read(
        files.map(|(path, text)| ((*path).to_owned(), Content::Bytes(text.as_bytes().to_vec()))),
    )
}

fn directory() -> Directory {
    let mut findings = Findings::default();
    let read = Directory::read("directory.json", DIRECTORY.as_bytes(), &mut findings);
    assert_eq!(told(&findings), Vec::<String>::new());
    read.unwrap()
}

fn now() -> Timestamp {
    "2026-11-28T09:00:00Z".parse().unwrap()
}

fn told(findings: &Findings) -> Vec<String> {
    findings
        .iter()
        .map(|found| format!("{} {}", found.place, found.code))
        .collect()
}

fn validated(files: &[(&str, &str)]) -> Vec<String> {
    let findings = repository(files).validate(Some(&directory()), now());
    let own = told(&findings).into_iter();
    own.filter(|line| !line.starts_with("directory.json"))
        .collect()
}

#[track_caller]
fn permissions(text: &str, expected: &[&str]) {
    assert_eq!(
        validated(&[("config/permissions.yaml", text)]),
        expected,
        "{text}"
    );
}

fn resolved(files: &[(&str, &str)], environment: &str) -> String {
    let resolved = repository(files).resolve(Some(&directory()), environment, now());
    let (resolved, _) = resolved.unwrap_or_else(|findings| panic!("{:?}", told(&findings)));
    serde_json::to_string(&resolved).unwrap()
}

const SEED: &[(&str, &str)] = &[
    (
        "config/permissions.yaml",
        "query:some-object:\n  - SEEK-Jobs/Group\u{a0}Apps\n  - devOnly: ./groups/group-apps\n  - prodOnly: ./groups/group-apps/prod-testers\nADMIN_OFFBOARDING:\n  - Eve@x.com\n",
    ),
    (
        "config/groups/group-apps/group.yaml",
        "members:\n  - fay@x.com\n",
    ),
    (
        "config/groups/group-apps/prod-testers/group.yaml",
        "members:\n  - gus@x.com\n",
    ),
];

#[test]
fn the_seed_resolves_in_each_environment() {
    assert_eq!(
        resolved(SEED, "dev"),
        r#"{"permissions":{"ADMIN_OFFBOARDING":["eve@x.com"],"query:some-object":["ana@x.com","ben@x.com","dee@x.com","fay@x.com","gus@x.com"]}}"#
    );
    assert_eq!(
        resolved(SEED, "prod"),
        r#"{"permissions":{"ADMIN_OFFBOARDING":["eve@x.com"],"query:some-object":["ana@x.com","ben@x.com","dee@x.com","gus@x.com"]}}"#
    );
    assert_eq!(validated(SEED), ["config/permissions.yaml:2:5 odd-space"]);
}

proptest::proptest! {
    #[test]
    fn the_order_of_files_does_not_matter(turned in proptest::strategy::Strategy::prop_shuffle(proptest::strategy::Just(SEED.to_vec()))) {
        proptest::prop_assert_eq!(resolved(SEED, "dev"), resolved(&turned, "dev"));
    }
}

#[test]
fn what_two_readers_could_take_differently_is_refused() {
    let file = "config/permissions.yaml";
    permissions(
        "A: [a@x.com]\nA: [b@x.com]\n",
        &[&format!("{file}:2:1 duplicate-key")],
    );
    permissions("<<: {A: []}\n", &[&format!("{file}:1:1 merge-key")]);
    permissions("{}\n---\n{}\n", &[&format!("{file}:2:1 several-documents")]);
    permissions("1: [a@x.com]\n", &[&format!("{file}:1:1 key-not-text")]);
    permissions("", &[&format!("{file}:1:1 empty-file")]);
    permissions("# nothing\n", &[&format!("{file}:1:1 empty-file")]);
    permissions("{}\n", &[]);
    permissions("NO: [yes@x.com]\n", &[]);
    permissions("A: [!!str a@x.com]\n", &[&format!("{file}:1:11 tag")]);
    permissions(
        "A: [12]\nB: [true]\n",
        &[
            &format!("{file}:1:5 wrong-kind"),
            &format!("{file}:2:5 wrong-kind"),
        ],
    );
    permissions("A: []\n", &[&format!("{file}:1:1 no-holders")]);
    permissions("x: &a [a@x.com]\ny: *a\n", &[]);
    let found = validated(&[
        (file, "A: [\n"),
        ("config/groups/a/group.yaml", "members:\n"),
    ]);
    assert!(
        found.contains(&"config/groups/a/group.yaml:1:8 no-value".to_owned()),
        "{found:?}"
    );
    assert!(
        found.iter().any(|line| line.ends_with(" syntax")),
        "{found:?}"
    );
    let bytes = [(file.to_owned(), Content::Bytes(b"A: []\n\xff".to_vec()))];
    let found = Repository::read(bytes).validate(None, now());
    assert_eq!(told(&found), ["config/permissions.yaml:2:1 not-utf8"]);
}

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

#[test]
fn files_are_where_they_belong() {
    let found = validated(&[
        ("config/permissions.yaml", "A: [./groups/a]\n"),
        (
            "config/groups/a/group.yaml",
            "members: [{devOnly: a@x.com}]\n",
        ),
        ("config/groups/b/group.yml", "members: []\n"),
        ("config/groups/b/readme.md", "b"),
        ("config/groups/c/group.yaml", "{member: []}\n"),
    ]);
    assert_eq!(
        found,
        [
            "config/groups/a/group.yaml:1:12 environment-in-group",
            "config/groups/b/group.yml:1:1 yml",
            "config/groups/b/readme.md:1:1 stray-file",
            "config/groups/c/group.yaml:1:1 unused-group",
            "config/groups/c/group.yaml:1:2 unknown-key",
        ]
    );
}

fn circle(groups: &[(&str, &str)]) -> Vec<String> {
    let mut files = vec![(
        "config/permissions.yaml".to_owned(),
        "A: [./groups/a]\n".to_owned(),
    )];
    for (path, member) in groups {
        files.push((
            format!("config/groups/{path}/group.yaml"),
            format!("members: [./groups/{member}]\n"),
        ));
    }
    let files: Vec<_> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let findings = repository(&files).validate(None, now());
    findings
        .iter()
        .filter(|found| found.code == "group-cycle")
        .map(|found| found.message.clone())
        .collect()
}

#[test]
fn circles_are_told_as_paths() {
    let at = |path: &str| format!("(config/groups/{path}/group.yaml:1:11)");
    assert_eq!(
        circle(&[("a", "a")]),
        [format!(
            "it contains itself: ./groups/a → ./groups/a {}",
            at("a")
        )]
    );
    assert_eq!(
        circle(&[("a", "b"), ("b", "a")]),
        [format!(
            "it contains itself: ./groups/a → ./groups/b {} → ./groups/a {}",
            at("a"),
            at("b")
        )]
    );
    assert_eq!(circle(&[("a", "b"), ("b", "c"), ("c", "a")]).len(), 1);
    assert_eq!(
        circle(&[("a/x", "b"), ("b", "a")]),
        [format!(
            "it contains itself: ./groups/a → ./groups/a/x (its folder) → ./groups/b {} → ./groups/a {}",
            at("a/x"),
            at("b")
        )]
    );
    assert_eq!(circle(&[("a/x", "a")]).len(), 1);
    permissions(
        "A: {implies: [B], grants: [a@x.com]}\nB: {implies: [A], grants: [a@x.com]}\n",
        &["config/permissions.yaml:1:15 implies-cycle"],
    );
}

#[test]
fn long_forms_limit_what_they_grant() {
    let files = &[
        (
            "config/permissions.yaml",
            "ended: [{to: a@x.com, until: 2026-11-27}]\ntoday: [{to: a@x.com, until: 2026-11-28}]\nimmediate: [{to: SEEK-Jobs/group-apps, immediate: true}]\nmaintainers: [{to: SEEK-Jobs/group-apps, roles: [maintainer]}]\nmost: [./groups/most]\norg: {implies: [implied], grants: [{devOnly: [SEEK-Jobs, z@x.com]}]}\nimplied: []\n",
        ),
        (
            "config/groups/most/group.yaml",
            "members: [SEEK-Jobs, {except: ben@x.com}]\n",
        ),
        (
            "config/groups/most/below/group.yaml",
            "members: [ben@x.com, z@x.com]\n",
        ),
    ];
    assert_eq!(
        resolved(files, "dev"),
        r#"{"permissions":{"ended":[],"immediate":["ana@x.com","dee@x.com"],"implied":["ana@x.com","ben@x.com","dee@x.com","z@x.com"],"maintainers":["ana@x.com","dee@x.com"],"most":["ana@x.com","dee@x.com","z@x.com"],"org":["ana@x.com","ben@x.com","dee@x.com","z@x.com"],"today":["a@x.com"]}}"#
    );
    assert!(resolved(files, "prod").contains(r#""implied":[]"#));
}

#[test]
fn settings_bring_environments_domains_and_organizations() {
    let found = validated(&[
        (
            "access.yaml",
            "environments: [staging]\norganizations: [SEEK-Jobs]\nemail_domains: [x.com]\nzone: '+10:00'\n",
        ),
        (
            "config/permissions.yaml",
            "A: [{stagingOnly: a@x.com}, b@y.com, SEEK-Jos]\n",
        ),
    ]);
    assert_eq!(
        found,
        [
            "config/permissions.yaml:1:29 email-domain",
            "config/permissions.yaml:1:38 unknown-organization"
        ]
    );
}

#[test]
fn nothing_is_resolved_without_the_directory_it_needs() {
    let found = repository(SEED).resolve(None, "dev", now()).unwrap_err();
    assert!(
        told(&found)
            .iter()
            .any(|line| line.ends_with("no-directory"))
    );
}

#[test]
fn a_directory_that_does_not_fit_together_is_refused() {
    let mut findings = Findings::default();
    let twice = DIRECTORY.replacen("\"organizations\"", "\"people\":[],\"organizations\"", 1);
    assert!(Directory::read("d.json", twice.as_bytes(), &mut findings).is_none());
    let parent = DIRECTORY.replacen("\"parent\":\"group-apps\"", "\"parent\":\"gone\"", 1);
    Directory::read("d.json", parent.as_bytes(), &mut findings);
    assert!(
        findings
            .iter()
            .any(|found| found.message.contains("the parent `gone`"))
    );
    assert!(findings.has_errors());
}
