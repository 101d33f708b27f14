//! What two readers of YAML could take differently.

use portcullis_code::{Content, Repository};

use crate::common::{now, permissions, repository, resolved, told, validated};

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
fn keys_are_printable_and_of_some_length() {
    let file = "config/permissions.yaml";
    for key in [
        "' a'",
        "'a '",
        "''",
        "\"a\\tb\"",
        "\"a\\u200bb\"",
        "\"a\\u00a0b\"",
        &"x".repeat(201),
    ] {
        permissions(
            &format!("{key}: [a@x.com]\n"),
            &[&format!("{file}:1:1 permission-key")],
        );
    }
    for key in [
        "query:some-object",
        "PARTNER_CREATION",
        "a b/c%d",
        "é",
        "'*'",
        "'..'",
        "6a0fbb8e-7d1f-4b5c-9d5e-0c6a3c0e8f11",
        &"x".repeat(200),
        &format!("a{}", &"% ".repeat(100)[..199]),
    ] {
        permissions(&format!("{key}: [a@x.com]\n"), &[]);
    }
}

#[test]
fn two_cases_are_two_permissions() {
    let file = "config/permissions.yaml";
    let text = "A: [a@x.com]\na: [b@x.com]\n";
    permissions(text, &[&format!("{file}:2:1 permission-case")]);
    assert_eq!(
        resolved(&[(file, text)], "dev"),
        r#"{"permissions":{"A":["a@x.com"],"a":["b@x.com"]}}"#
    );
}

#[test]
fn anchors_stand_for_so_much_and_no_more() {
    let file = "config/permissions.yaml";
    permissions("A: &a [*a]\n", &[&format!("{file}:1:8 alias")]);
    // Each line is ten times the one before.
    let mut text = "l0: &l0 [a@x.com, b@x.com]\n".to_owned();
    for n in 1..9 {
        let aliases = vec![format!("*l{}", n - 1); 10].join(", ");
        text += &format!("l{n}: &l{n} [{aliases}]\n");
    }
    let found = validated(&[(file, &text)]);
    assert!(
        found.iter().any(|line| line.ends_with("too-much")),
        "{found:?}"
    );
    // Each is a little deeper than the one before.
    let mut text = "l0: &l0 []\n".to_owned();
    for n in 1..300 {
        text += &format!("l{n}: &l{n} [[[*l{}]]]\n", n - 1);
    }
    let found = validated(&[(file, &text)]);
    assert!(
        found.iter().any(|line| line.ends_with("too-much")),
        "{found:?}"
    );
    let deep = |depth| "[".repeat(depth) + &"]".repeat(depth);
    assert_eq!(
        validated(&[(file, &deep(200))]),
        [format!("{file}:1:26 too-much")]
    );
    assert_eq!(validated(&[(file, &deep(100_000))]).len(), 1);
}

#[test]
fn what_is_quoted_hides_nothing() {
    let text = "\"a\\u001b[31m\\u202eb\": []\n";
    let found = repository(&[("config/permissions.yaml", text)]).validate(None, now());
    let message = &found.iter().next().unwrap().message;
    assert_eq!(message, "`a\\u{1b}[31m\\u{202e}b` cannot be a permission");
}
