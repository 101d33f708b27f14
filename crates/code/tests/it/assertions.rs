//! `config/tests.yaml`.

use crate::common::{directory, now, repository, told, validated};

const PERMISSIONS: (&str, &str) = (
    "config/permissions.yaml",
    "A: [SEEK-Jobs/group-apps, {devOnly: z@x.com}]\nB: {}\n",
);

fn tested(text: &str) -> (usize, Vec<String>) {
    let read = repository(&[PERMISSIONS, ("config/tests.yaml", text)]);
    let (access, _) = read.access(Some(&directory()), now()).unwrap();
    let tested = read.test(&access);
    let failed = tested.findings.iter();
    let failed = failed.map(|found| format!("{} {}", found.place, found.message));
    (tested.tests, failed.collect())
}

#[test]
fn what_must_be_so_is_looked_at_in_each_environment() {
    assert_eq!(
        tested(
            "\
- {permission: A, can: [Ana@x.com, ben@x.com], cannot: [cy@x.com]}
- {permission: A, env: dev, can: [z@x.com], count: 4}
- {permission: A, env: [prod], cannot: [z@x.com], count: {min: 3, max: 3}}
- {permission: B, count: 0}
- {permission: A, count: {min: 1}}
- {permission: A, count: {max: 4}}
"
        ),
        (6, vec![])
    );
}

#[test]
fn what_is_not_so_is_told_where_it_is_asked() {
    assert_eq!(
        tested(
            "\
- {name: testers, permission: A, can: [z@x.com, eve@x.com], env: prod}
- {permission: A, cannot: [ana@x.com], env: dev}
- {permission: A, count: 3}
- {permission: A, count: {min: 5}, env: dev}
- {permission: A, count: {max: 2}, env: prod}
"
        ),
        (
            5,
            vec![
                "config/tests.yaml:1:40 testers: `z@x.com` does not hold `A` in prod".to_owned(),
                "config/tests.yaml:1:49 testers: `eve@x.com` does not hold `A` in prod".to_owned(),
                "config/tests.yaml:2:28 `ana@x.com` holds `A` in dev".to_owned(),
                "config/tests.yaml:3:26 4 hold `A` in dev; expected 3".to_owned(),
                "config/tests.yaml:4:26 4 hold `A` in dev; expected at least 5".to_owned(),
                "config/tests.yaml:5:26 3 hold `A` in prod; expected 0 to 2".to_owned(),
            ]
        )
    );
}

#[test]
fn a_test_that_asks_nothing_is_a_fault() {
    let text = "\
- {permission: A}
- {can: [a@x.com]}
- {permission: C, count: 1}
- {permission: A, count: -1}
- {permission: A, count: {min: 2, max: 1}}
- {permission: A, count: {}}
- {permission: A, can: [a], env: staging, cant: []}
- a@x.com
";
    let found = validated(&[PERMISSIONS, ("config/tests.yaml", text)]);
    let expected = [
        "1:3 test",
        "2:3 test",
        "3:16 unknown-permission",
        "4:26 wrong-kind",
        "5:26 test",
        "6:26 test",
        "7:25 email",
        "7:34 unknown-environment",
        "7:43 unknown-key",
        "8:3 wrong-kind",
    ];
    let expected: Vec<_> = expected.map(|it| format!("config/tests.yaml:{it}")).into();
    assert_eq!(found, expected);
}

#[test]
fn questions_are_answered_for_people_and_permissions() {
    let read = repository(&[
        PERMISSIONS,
        ("config/people.yaml", "dee@x.com: {aliases: [d@x.com]}\n"),
    ]);
    let (access, warned) = read.access(Some(&directory()), now()).unwrap();
    assert!(told(&warned).contains(&"config/permissions.yaml:2:1 no-holders".to_owned()));
    assert_eq!(access.what("D@x.com", "prod"), ["A"]);
    assert_eq!(access.what("z@x.com", "prod"), Vec::<&str>::new());
    assert!(access.holds("z@x.com", "A", "dev") && !access.holds("z@x.com", "A", "prod"));
    assert!(access.knows("d@x.com") && !access.knows("eve@x.com"));
    assert_eq!(access.who("B", "dev"), Vec::<std::sync::Arc<str>>::new());
    assert!(access.has_permission("B") && !access.has_permission("b"));
}
