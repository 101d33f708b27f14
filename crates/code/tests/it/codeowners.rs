//! CODEOWNERS.

use portcullis_code::with_codeowners;

use crate::common::{directory, repository, told};

const FILES: &[(&str, &str)] = &[
    (
        "access.yaml",
        "protected: {paths: {/access.yaml: ['@SEEK-Jobs/security'], '*.md': []}}\n",
    ),
    (
        "config/permissions.yaml",
        "\
A: {owner: SEEK-Jobs/Group Apps, grants: [./groups/a, SEEK-Jobs]}
B: {owner: '@ben', grants: [./groups/a/b]}
C: {owner: the platform people, grants: [./groups/c]}
D: [./groups/c]
",
    ),
    ("config/groups/a/group.yaml", "members: [./groups/d e]\n"),
    ("config/groups/a/b/group.yaml", "members: [b@x.com]\n"),
    ("config/groups/c/group.yaml", "members: [c@x.com]\n"),
    ("config/groups/d e/group.yaml", "members: [d@x.com]\n"),
];

const LINES: &str = "\
# access as code: begin (made by `portcullis code codeowners`; edits are lost)
/config/permissions.yaml @SEEK-Jobs/group-apps @ben
/config/groups/a/ @SEEK-Jobs/group-apps
/config/groups/a/b/ @SEEK-Jobs/group-apps @ben
/config/groups/d\\ e/ @SEEK-Jobs/group-apps
/access.yaml @SEEK-Jobs/security
*.md
# access as code: end
";

#[test]
fn who_owns_a_permission_owns_what_gives_it() {
    let read = repository(FILES);
    for directory in [None, Some(&directory())] {
        let (lines, findings) = read.codeowners(directory);
        assert_eq!(lines, LINES);
        assert_eq!(told(&findings), ["config/permissions.yaml:3:12 owner"]);
    }
}

#[test]
fn other_lines_of_the_file_stay() {
    assert_eq!(with_codeowners("", LINES), LINES);
    let once = with_codeowners("* @all", LINES);
    assert_eq!(once, format!("* @all\n{LINES}"));
    let more = format!("{once}/docs/ @docs\n");
    assert_eq!(with_codeowners(&more, LINES), more);
    let other = LINES.replace("@ben", "@cy");
    assert_eq!(
        with_codeowners(&more, &other),
        format!("* @all\n{other}/docs/ @docs\n")
    );
}
