//! Who an account is.

use crate::common::{repository, resolved, told, validated};

const PERMISSIONS: (&str, &str) = ("config/permissions.yaml", "A: [SEEK-Jobs/group-apps]\n");

fn people(text: &str) -> Vec<String> {
    validated(&[PERMISSIONS, ("config/people.yaml", text)])
}

#[test]
fn a_written_address_goes_before_that_of_the_directory() {
    let files = [
        PERMISSIONS,
        (
            "config/people.yaml",
            "ana.work@x.com: {github: ANA}\ncy@x.com: {github: cy, github_id: 3}\n",
        ),
    ];
    assert_eq!(
        resolved(&files, "dev"),
        r#"{"permissions":{"A":["ana.work@x.com","ben@x.com","cy@x.com","dee@x.com"]}}"#
    );
}

#[test]
fn a_renamed_login_is_followed_by_its_number_and_told() {
    let text = "ana@y.com: {github: ana-before, github_id: 1}\n";
    assert_eq!(people(text), ["config/people.yaml:1:21 renamed"]);
    let files = [PERMISSIONS, ("config/people.yaml", text)];
    assert!(resolved(&files, "dev").contains(r#""ana@y.com","ben@x.com""#));
}

#[test]
fn a_login_that_is_another_account_now_is_refused() {
    let text = "ana@y.com: {github: ana, github_id: 77}\n";
    assert_eq!(people(text), ["config/people.yaml:1:37 re-registered"]);
    // Also where the account it was is there under another login.
    let text = "ben@y.com: {github: ana, github_id: 2}\n";
    assert_eq!(
        people(text),
        [
            "config/people.yaml:1:21 renamed",
            "config/people.yaml:1:37 re-registered"
        ]
    );
}

#[test]
fn a_login_that_the_directory_does_not_have_is_told() {
    assert_eq!(
        people("eve@x.com: {github: bem}\n"),
        ["config/people.yaml:1:21 unknown-login"]
    );
}

#[test]
fn other_addresses_are_the_same_person() {
    let files = [
        (
            "config/permissions.yaml",
            "A: [old@x.com, Ana@x.com, ./groups/a]\n",
        ),
        (
            "config/groups/a/group.yaml",
            "members: [SEEK-Jobs, {except: old@x.com}]\n",
        ),
        (
            "config/people.yaml",
            "new@x.com: {aliases: [Old@x.com, ana@x.com]}\n",
        ),
    ];
    assert_eq!(
        resolved(&files, "dev"),
        r#"{"permissions":{"A":["ben@x.com","dee@x.com","new@x.com"]}}"#
    );
}

#[test]
fn who_has_left_holds_nothing() {
    let files = |leaves: &str| {
        let people = format!("ana@x.com: {{leaves: {leaves}}}\n");
        let files = [
            (
                "config/permissions.yaml",
                "A: [SEEK-Jobs/group-apps]\nB: [ana@x.com, b@x.com]\n",
            ),
            ("config/people.yaml", people.as_str()),
        ];
        (resolved(&files, "dev"), validated(&files))
    };
    let (answer, found) = files("2026-11-28");
    assert!(
        answer.contains(r#""B":["ana@x.com","b@x.com"]"#),
        "{answer}"
    );
    assert_eq!(found, Vec::<String>::new());
    let (answer, found) = files("2026-11-27");
    assert_eq!(
        answer,
        r#"{"permissions":{"A":["ben@x.com","dee@x.com"],"B":["b@x.com"]}}"#
    );
    assert_eq!(found, ["config/permissions.yaml:2:5 has-left"]);
}

#[test]
fn two_people_share_nothing() {
    let text = "\
a@x.com: {github: ana, github_id: 1, aliases: [c@x.com]}
b@x.com: {github: Ana, github_id: '1', aliases: [C@x.com, d@x.com]}
A@x.com: {}
d@x.com: {}
e: {}
f@x.com: {github_id: x, gitub: y, leaves: never}
g@x.com:
";
    assert_eq!(
        people(text),
        [
            "config/people.yaml:2:19 person-twice",
            "config/people.yaml:2:35 person-twice",
            "config/people.yaml:2:50 person-twice",
            "config/people.yaml:3:1 person-twice",
            "config/people.yaml:4:1 person-twice",
            "config/people.yaml:5:1 email",
            "config/people.yaml:6:22 wrong-kind",
            "config/people.yaml:6:25 unknown-key",
            "config/people.yaml:6:43 not-a-time",
            "config/people.yaml:7:8 no-value",
        ]
    );
}

#[test]
fn the_directory_is_not_needed_for_the_file() {
    let read = repository(&[
        ("config/permissions.yaml", "A: [a@x.com]\n"),
        ("config/people.yaml", "a@x.com: {github: a}\n"),
    ]);
    assert_eq!(
        told(&read.validate(None, crate::common::now())),
        Vec::<String>::new()
    );
}
