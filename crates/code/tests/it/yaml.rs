//! What two readers of YAML could take differently.

use portcullis_code::{Content, Repository};

use crate::common::{now, permissions, told, validated};

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
