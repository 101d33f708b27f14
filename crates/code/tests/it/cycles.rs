//! What contains itself.

use portcullis_code::{Content, Repository};

use crate::common::{now, permissions, repository};

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
fn circles_of_any_length_are_told_and_end() {
    for length in [1, 2, 3, 50, 5_000] {
        let mut files = vec![(
            "config/permissions.yaml".to_owned(),
            Content::Bytes(b"A: [./groups/g0]\n".to_vec()),
        )];
        for n in 0..length {
            let text = format!("members: [./groups/g{}]\n", (n + 1) % length);
            let path = format!("config/groups/g{n}/group.yaml");
            files.push((path, Content::Bytes(text.into_bytes())));
        }
        // What leads into a circle is not in it.
        for n in 0..length {
            let path = format!("config/groups/into{n}/group.yaml");
            let text = b"members: [./groups/g0]\n".to_vec();
            files.push((path, Content::Bytes(text)));
        }
        let found = Repository::read(files).validate(None, now());
        let messages: Vec<_> = found.iter().map(|found| &found.message).collect();
        assert_eq!(messages.len(), 1, "{length}");
        assert_eq!(messages[0].matches('→').count(), length);
    }
}

#[test]
fn a_group_that_takes_itself_out_is_a_circle() {
    let files = [
        ("config/permissions.yaml", "A: [./groups/a]\n"),
        (
            "config/groups/a/group.yaml",
            "members: [a@x.com, {except: ./groups/b}]\n",
        ),
        ("config/groups/b/group.yaml", "members: [./groups/a]\n"),
    ];
    let found = repository(&files).validate(None, now());
    assert_eq!(
        crate::common::told(&found),
        ["config/groups/a/group.yaml:1:29 group-cycle"]
    );
}
