//! `access.yaml`.

use portcullis_code::{Limits, Repository};
use portcullis_model::Timestamp;

use crate::common::{now, repository, resolved, told, validated};

fn settings(access: &str, permissions: &str) -> (Repository, Vec<String>) {
    let files = &[
        ("access.yaml", access),
        ("config/permissions.yaml", permissions),
    ];
    let read = repository(files);
    let found = told(&read.validate(None, now()));
    (read, found)
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn settings_bring_environments_domains_and_organizations() {
    let found = validated(&[
        (
            "access.yaml",
            "environments: [staging]\nsources: {github: {orgs: [SEEK-Jobs]}}\nidentity: {email_domains: [x.com]}\nzone: '+10:00'\n",
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
fn every_environment_of_its_own_resolves_by_itself() {
    let files = &[
        ("access.yaml", "environments: [staging, dev]\n"),
        (
            "config/permissions.yaml",
            "A: [{stagingOnly: s@x.com}, {to: t@x.com, only: [staging, prod]}, b@x.com]\n",
        ),
    ];
    for (environment, holders) in [
        ("dev", r#"["b@x.com"]"#),
        ("staging", r#"["b@x.com","s@x.com","t@x.com"]"#),
        ("prod", r#"["b@x.com","t@x.com"]"#),
    ] {
        assert_eq!(
            resolved(files, environment),
            format!(r#"{{"permissions":{{"A":{holders}}}}}"#),
            "{environment}"
        );
    }
}

#[test]
fn limits_hold_without_being_written() {
    let (read, found) = settings("{}\n", "A: [a@x.com]\n");
    assert_eq!(found, Vec::<String>::new());
    let limits = &read.settings().limits;
    assert_eq!(limits, &Limits::default());
    assert_eq!(
        (
            limits.max_removal,
            limits.max_removal_floor,
            limits.min_holders,
            limits.max_team_loss
        ),
        (25, 3, 2, 20)
    );
}

#[test]
fn limits_and_what_is_protected_are_read() {
    let access = "\
zone: Australia/Melbourne
protected:
  permissions: [A]
  paths:
    access.yaml: ['@SEEK-Jobs/security', ana@x.com]
limits:
  max_removal: 10%
  max_removal_floor: 0
  min_holders: 1
  max_team_loss: 50%
  required_holders: {A: [Ana@x.com]}
  freezes:
    - {from: 2026-12-20, until: 2027-01-04, reason: holidays}
";
    let (read, found) = settings(access, "A: [a@x.com]\n");
    assert_eq!(found, Vec::<String>::new());
    let settings = read.settings();
    let limits = &settings.limits;
    assert_eq!(
        (
            limits.max_removal,
            limits.max_removal_floor,
            limits.min_holders,
            limits.max_team_loss
        ),
        (10, 0, 1, 50)
    );
    assert!(limits.required_holders["A"].contains("ana@x.com"));
    assert!(settings.protected.permissions.contains("A"));
    assert_eq!(
        settings.protected.paths,
        [(
            "access.yaml".to_owned(),
            vec!["@SEEK-Jobs/security".to_owned(), "ana@x.com".to_owned()]
        )]
    );
    // Melbourne is eleven hours ahead in its summer; the last day belongs to it whole.
    let freeze = &limits.freezes[0];
    assert_eq!(freeze.from, at("2026-12-19T13:00:00Z"));
    assert_eq!(freeze.until, at("2027-01-04T13:00:00Z"));
    assert!(freeze.contains(at("2027-01-04T12:59:59Z")));
    assert!(!freeze.contains(at("2027-01-04T13:00:00Z")));
    assert_eq!(freeze.reason, "holidays");
}

#[test]
fn every_fault_of_the_settings_is_told_where_it_stands() {
    let access = "\
environment: [staging]
environments: [Staging, '', '-a']
zone: Australia/Melborne
sources: {github: {org: [x]}, okta: {}}
identity: {email_domains: ['@x.com'], unresolved: wern}
protected:
  permissions: [B]
  paths: {'a b': ['@x'], c: [security]}
limits:
  max_removal: 25
  max_team_loss: 101%
  min_holders: -1
  max_removal_floor: 1.5
  required_holders: {C: [nobody]}
  freezes: [{from: 2027-01-02, until: 2027-01-01}, {from: 2027-01-02}, {from: soon, until: 2027-01-01}]
";
    let (_, found) = settings(access, "A: [a@x.com]\n");
    let expected = [
        "1:1 unknown-key",
        "2:16 environment-name",
        "2:25 environment-name",
        "2:29 environment-name",
        "3:7 zone",
        "4:20 unknown-key",
        "4:31 unknown-key",
        "5:28 domain",
        "5:51 unknown-word",
        "7:17 unknown-permission",
        "8:11 path",
        "8:30 owner",
        "10:16 wrong-kind",
        "11:18 wrong-kind",
        "12:16 wrong-kind",
        "13:22 wrong-kind",
        "14:22 unknown-permission",
        "14:26 email",
        "15:13 freeze",
        "15:52 freeze",
        "15:79 not-a-time",
    ];
    let expected: Vec<_> = expected.map(|it| format!("access.yaml:{it}")).into();
    assert_eq!(found, expected);
}

#[test]
fn the_zone_says_when_a_day_ends() {
    let holders = |access: &str, until: &str| {
        let permissions = format!("A: [{{to: a@x.com, until: {until}}}]\n");
        resolved(
            &[
                ("access.yaml", access),
                ("config/permissions.yaml", &permissions),
            ],
            "dev",
        )
        .contains("a@x.com")
    };
    // It is 2026-11-28T09:00:00Z: evening of that day in Melbourne, and 23:00 at +14:00.
    for (zone, until, holds) in [
        ("UTC", "2026-11-27", false),
        ("UTC", "2026-11-28", true),
        ("Australia/Melbourne", "2026-11-27", false),
        ("Australia/Melbourne", "2026-11-28", true),
        ("'-10:00'", "2026-11-27", true),
        ("Pacific/Honolulu", "2026-11-27", true),
        ("Pacific/Honolulu", "2026-11-26", false),
        ("'+14:00'", "2026-11-28", true),
        ("'+14:00'", "2026-11-27", false),
        ("Pacific/Honolulu", "'2026-11-28T09:00:00Z'", false),
        ("Pacific/Honolulu", "'2026-11-28T09:00:00.000001Z'", true),
        ("UTC", "'2026-11-28T19:00:00+10:00'", false),
    ] {
        let access = format!("zone: {zone}\n");
        assert_eq!(holders(&access, until), holds, "{zone} {until}");
    }
}

#[test]
fn a_zone_is_named_as_it_is_known() {
    for zone in [
        "australia/melbourne",
        "AEST",
        "'+25:00'",
        "'10:00'",
        "Local",
    ] {
        let (_, found) = settings(&format!("zone: {zone}\n"), "A: [a@x.com]\n");
        assert_eq!(found, ["access.yaml:1:7 zone"], "{zone}");
    }
}

#[test]
fn what_cannot_be_read_makes_no_faults_elsewhere() {
    let (read, found) = settings("environments: [staging\n", "A: [{stagingOnly: a@x.com}]\n");
    assert_eq!(found, ["access.yaml:1:15 syntax"]);
    assert_eq!(read.environments(), None);
}
