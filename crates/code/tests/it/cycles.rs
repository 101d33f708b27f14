//! What contains itself.

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
