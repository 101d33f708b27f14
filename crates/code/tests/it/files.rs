//! Which files there may be.

use portcullis_code::{Content, Repository};

use crate::common::{now, told, validated};

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
            "config/groups/c/group.yaml:1:2 unknown-key",
        ]
    );
}

#[test]
fn a_name_that_is_nearly_right_is_no_file() {
    let found = validated(&[
        ("Access.yaml", "{}"),
        ("access.yml", "{}"),
        ("config/Permissions.yaml", "{}"),
        ("config/groups.yaml", "{}"),
        ("config/groups/a/Group.yaml", "{}"),
        ("config/groups/b/group.YAML", "{}"),
        ("config/groups/group.yaml", "{}"),
        ("config/Groups/c/group.yaml", "{}"),
        ("config/other.YML", "{}"),
        ("config/packages.yaml", "{}"),
        ("config/permissions.yaml", "{}"),
    ]);
    assert_eq!(
        found,
        [
            "Access.yaml:1:1 path",
            "access.yml:1:1 yml",
            "config/Groups/c/group.yaml:1:1 path",
            "config/Permissions.yaml:1:1 path",
            "config/groups.yaml:1:1 stray-file",
            "config/groups/a/Group.yaml:1:1 path",
            "config/groups/b/group.YAML:1:1 path",
            "config/groups/group.yaml:1:1 stray-file",
            "config/other.YML:1:1 yml",
            "config/packages.yaml:1:1 not-yet",
        ]
    );
}

#[test]
fn links_and_what_cannot_be_read_are_faults() {
    let files = [
        (
            "config/permissions.yaml",
            Content::Bytes(b"A: [./groups/a, a@x.com]\n".to_vec()),
        ),
        ("config/groups/a", Content::Link),
        ("config/people.yaml", Content::Unread("a pipe".to_owned())),
    ];
    let files = files.map(|(path, content)| (path.to_owned(), content));
    let found = Repository::read(files).validate(None, now());
    assert_eq!(
        told(&found),
        [
            "config/groups/a:1:1 symbolic-link",
            "config/people.yaml:1:1 unread",
            "config/permissions.yaml:1:5 unknown-group"
        ]
    );
}

#[test]
fn permissions_must_be_there() {
    assert_eq!(
        validated(&[]),
        ["config/permissions.yaml:1:1 no-permissions"]
    );
}

#[test]
fn groups_are_unused_only_where_all_was_read() {
    let group = ("config/groups/a/group.yaml", "members: [a@x.com]\n");
    assert_eq!(
        validated(&[("config/permissions.yaml", "{}\n"), group]),
        ["config/groups/a/group.yaml:1:1 unused-group"]
    );
    // What could not be read may name it.
    assert_eq!(
        validated(&[("config/permissions.yaml", "A: [\n"), group]),
        ["config/permissions.yaml:1:4 syntax"]
    );
    assert_eq!(
        validated(&[("config/permissions.yaml", "A: [./groups/a/]\n"), group]),
        ["config/permissions.yaml:1:5 group-path"]
    );
    // It is used where a folder above it is.
    let below = ("config/groups/a/b/group.yaml", "members: [b@x.com]\n");
    assert_eq!(
        validated(&[("config/permissions.yaml", "A: [./groups/a]\n"), below]),
        Vec::<String>::new()
    );
}

#[test]
fn an_empty_list_is_nobody_and_no_value_is_a_fault() {
    let found = validated(&[
        (
            "config/permissions.yaml",
            "A:\nB: []\nC: {}\nD: {grants:}\nE: [{devOnly: []}, a@x.com]\nF: [./groups/a, ./groups/b, ./groups/c]\n",
        ),
        ("config/groups/a/group.yaml", "members:\n"),
        ("config/groups/b/group.yaml", "members: []\n"),
        ("config/groups/c/group.yaml", "{}\n"),
    ]);
    assert_eq!(
        found,
        [
            "config/groups/a/group.yaml:1:8 no-value",
            "config/groups/b/group.yaml:1:10 empty-list",
            "config/permissions.yaml:1:2 no-value",
            "config/permissions.yaml:4:11 no-value",
            "config/permissions.yaml:5:15 empty-list",
        ]
    );
}

#[test]
fn a_permission_without_holders_is_told_where_it_is_known() {
    let files = &[
        (
            "config/permissions.yaml",
            "A: []\nB: [./groups/none]\nC: [{prodOnly: ./groups/none}, {devOnly: a@x.com}]\nD: [{prodOnly: a@x.com}]\nE: {implies: [F], grants: [a@x.com]}\nF: []\nG: [SEEK-Jobs/twin-a]\nH: [./groups/team]\n",
        ),
        ("config/groups/none/group.yaml", "members: []\n"),
        (
            "config/groups/team/below/group.yaml",
            "members: [SEEK-Jobs/twin-a]\n",
        ),
    ];
    let known = [
        "config/groups/none/group.yaml:1:10 empty-list",
        "config/permissions.yaml:1:1 no-holders",
        "config/permissions.yaml:2:1 no-holders",
        "config/permissions.yaml:3:1 no-holders",
    ];
    let asked = [
        "config/permissions.yaml:7:1 no-holders",
        "config/permissions.yaml:8:1 no-holders",
    ];
    // Without a directory nobody knows who is in a team, but what asks none is told all the same.
    let offline = crate::common::repository(files).validate(None, now());
    assert_eq!(told(&offline), known);
    assert_eq!(validated(files), [&known[..], &asked].concat());
}
