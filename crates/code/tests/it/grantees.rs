//! The grammar of grantees.

use crate::common::{directory, now, permissions, repository};

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
