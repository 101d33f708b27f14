//! What of a plan needs a closer look, and what stands against it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod planned;

use planned::*;
use portcullis_code::{Flag, FlagCode, Plan, Repository, Verdict, plan};

/// Files of `config/permissions.yaml` and `access.yaml`.
fn code(permissions: &str, access: &str) -> Repository {
    repository(&[
        ("config/permissions.yaml", permissions),
        ("access.yaml", access),
    ])
}

#[track_caller]
fn only(plan: &Plan, code: FlagCode) -> &Flag {
    let all: Vec<_> = plan.flags.iter().filter(|flag| flag.code == code).collect();
    assert_eq!(all.len(), 1, "{:?}", plan.flags);
    all[0]
}

fn people(flag: &Flag) -> Vec<&str> {
    flag.people.iter().map(|person| &**person).collect()
}

fn list(n: usize) -> String {
    let all: Vec<_> = (0..n).map(|n| format!("p{n}@x.com")).collect();
    format!("[{}]", all.join(", "))
}

#[test]
fn a_quarter_of_the_holders_may_go_at_once_and_three_in_any_case() {
    for (before, after, blocks) in [(4, 1, false), (5, 1, true), (16, 12, false), (16, 11, true)] {
        let base = code(&format!("A: {}\n", list(before)), "{}\n");
        let head = code(
            &format!("A: {{owner: '@Org/team', grants: {}}}\n", list(after)),
            "{}\n",
        );
        let plan = planned(&base, &head);
        assert_eq!(
            plan.verdict() == Verdict::Blocked,
            blocks,
            "{before} to {after}"
        );
        let removal = plan
            .flags
            .iter()
            .filter(|flag| flag.code == FlagCode::Removal);
        for flag in removal.clone() {
            assert_eq!((flag.count, flag.of), (before - after, Some(before)));
            assert_eq!(flag.reviewers, ["@Org/team"]);
        }
        // In dev and in prod.
        assert_eq!(removal.count(), if blocks { 2 } else { 0 });
    }
}

#[test]
fn a_quarter_of_all_people_may_lose_something() {
    // Four permissions lose two each, which each of them may: eight of twenty people.
    let lists = |gone: usize| -> String {
        let list = |p: usize| -> String {
            (gone..5)
                .map(|n| format!("p{p}{n}@x.com"))
                .collect::<Vec<_>>()
                .join(", ")
        };
        (0..4).map(|p| format!("P{p}: [{}]\n", list(p))).collect()
    };
    let plan = planned(&code(&lists(0), "{}\n"), &code(&lists(2), "{}\n"));
    let flag = only(&plan, FlagCode::RemovalOverall);
    assert_eq!((flag.count, flag.of, flag.limit), (8, Some(20), Some(5)));
    assert!(flag.blocks);
    assert!(!codes(&plan).contains(&FlagCode::Removal));
}

#[test]
fn a_change_does_not_lift_the_limits_it_runs_into() {
    let lax = "limits: {max_removal: 100%}\n";
    let base = code(&format!("A: {}\n", list(16)), "{}\n");
    let head = code(&format!("A: {}\n", list(4)), lax);
    assert_eq!(planned(&base, &head).verdict(), Verdict::Blocked);
    let base = code(&format!("A: {}\n", list(16)), lax);
    assert_eq!(planned(&base, &head).verdict(), Verdict::Changes);
    let protected = "protected: {permissions: [A]}\n";
    let base = code(&format!("A: {}\n", list(3)), protected);
    let head = code(&format!("A: {}\n", list(1)), "{}\n");
    let plan = planned(&base, &head);
    assert!(codes(&plan).contains(&FlagCode::Protected));
    assert_eq!(plan.verdict(), Verdict::Blocked);
}

#[test]
fn a_protected_permission_keeps_two_holders_and_those_it_requires() {
    let access = "protected: {permissions: [A]}\nlimits: {required_holders: {A: [p0@x.com]}}\n";
    let one = code("A: [p0@x.com]\n", access);
    let plan = planned(&code(&format!("A: {}\n", list(3)), access), &one);
    let few: Vec<_> = plan
        .flags
        .iter()
        .filter(|flag| flag.code == FlagCode::MinHolders)
        .collect();
    assert_eq!(few.len(), 2);
    assert!(
        few.iter()
            .all(|flag| flag.blocks && flag.count == 1 && flag.limit == Some(2))
    );
    assert!(!codes(&plan).contains(&FlagCode::RequiredHolders));
    // Where it was so before, it is told and does not hold up other changes.
    let plan = planned(&one, &code("A: [p0@x.com]\nB: [p1@x.com]\n", access));
    assert!(codes(&plan).contains(&FlagCode::MinHolders));
    assert_eq!(plan.verdict(), Verdict::Changes);
    let plan = planned(
        &code(&format!("A: {}\n", list(3)), access),
        &code("A: [p1@x.com, p2@x.com]\n", access),
    );
    let required: Vec<_> = plan
        .flags
        .iter()
        .filter(|flag| flag.code == FlagCode::RequiredHolders)
        .collect();
    assert_eq!(required.len(), 2);
    assert_eq!(people(required[0]), ["p0@x.com"]);
    assert!(required[0].blocks);
}

#[test]
fn a_permission_left_without_holders_is_told() {
    let plan = planned(
        &code("A: [a@x.com]\n", "{}\n"),
        &code("A: [{prodOnly: a@x.com}]\n", "{}\n"),
    );
    let flag = only(&plan, FlagCode::NoHolders);
    assert_eq!(flag.environment.as_deref(), Some("dev"));
    assert!(!flag.blocks);
    // Taken out altogether, it is meant.
    let gone = planned(&code("A: [a@x.com]\n", "{}\n"), &code("{}\n", "{}\n"));
    assert_eq!(gone.removed_permissions, ["A"]);
    assert!(!codes(&gone).contains(&FlagCode::NoHolders));
}

#[test]
fn nothing_is_changed_in_a_freeze() {
    let access = "limits: {freezes: [{from: 2026-11-27, until: 2026-11-30, reason: release}]}\n";
    let (base, head) = (
        code("A: [a@x.com]\n", access),
        code("A: [b@x.com]\n", access),
    );
    let plan = planned(&base, &head);
    assert_eq!(
        only(&plan, FlagCode::Frozen).subject.as_deref(),
        Some("release")
    );
    assert_eq!(plan.verdict(), Verdict::Blocked);
    assert_eq!(planned(&base, &base).verdict(), Verdict::Nothing);
}

#[test]
fn whoever_gives_something_to_themselves_is_told() {
    let (base, head) = (
        code("A: [a@x.com]\n", "{}\n"),
        code("A: [a@x.com, SEEK-Jobs/testers]\n", "{}\n"),
    );
    let by = |author| {
        let mut inputs = inputs(&base, &head);
        inputs.author = Some(author);
        plan(&inputs).unwrap()
    };
    for author in ["BEN", "Ben@x.com"] {
        let plan = by(author);
        let flags: Vec<_> = plan
            .flags
            .iter()
            .filter(|flag| flag.code == FlagCode::SelfGrant)
            .collect();
        assert_eq!(flags.len(), 2, "{author}");
        assert_eq!(people(flags[0]), ["ben@x.com"]);
    }
    assert!(!codes(&by("ana")).contains(&FlagCode::SelfGrant));
    // Of whom it cannot be said, it is not said to be fine.
    let unknown = by("somebody");
    assert!(unknown.author.as_ref().unwrap().emails.is_empty());
    assert!(unknown.markdown().contains("The author `somebody` is not known here: whether they grant something to themselves cannot be said"));
}

#[test]
fn to_keep_it_longer_is_to_grant_it_to_oneself() {
    let base = code("A: [{to: ben@x.com, until: 2027-01-31}]\n", "{}\n");
    let head = code("A: [{to: ben@x.com, until: 2028-01-31}]\n", "{}\n");
    for (base, head, is) in [(&base, &head, true), (&head, &base, false)] {
        let mut inputs = inputs(base, head);
        inputs.author = Some("ben");
        assert_eq!(
            codes(&plan(&inputs).unwrap()).contains(&FlagCode::SelfGrant),
            is
        );
    }
}

#[test]
fn what_is_sensitive_protected_or_implies_more_is_an_escalation() {
    for (permission, access, is) in [
        ("sensitivity: high, grants: ", "{}\n", true),
        ("sensitivity: low, grants: ", "{}\n", false),
        ("implies: [B], grants: ", "{}\n", true),
        ("grants: ", "protected: {permissions: [A]}\n", true),
        ("grants: ", "{}\n", false),
    ] {
        let with = |people: &str| code(&format!("A: {{{permission}{people}}}\nB: []\n"), access);
        let plan = planned(
            &with("[a@x.com, b@x.com]"),
            &with("[a@x.com, b@x.com, c@x.com]"),
        );
        let flags: Vec<_> = plan
            .flags
            .iter()
            .filter(|flag| flag.code == FlagCode::Escalation)
            .collect();
        assert_eq!(flags.len(), if is { 2 } else { 0 }, "{permission} {access}");
        for flag in flags {
            assert_eq!(people(flag), ["c@x.com"]);
            assert_eq!(
                &*flag.place.as_ref().unwrap().file,
                "config/permissions.yaml"
            );
        }
    }
}

#[test]
fn lines_that_want_a_second_thought_are_told() {
    let base = code(
        "A: {sensitivity: high, grants: [ana@x.com, dee@x.com]}\nB: [ana@x.com]\n",
        "{}\n",
    );
    let head = code(
        "A: {sensitivity: high, grants: [ana@x.com, dee@x.com, {to: ben@x.com, until: 2026-12-12}, q@y.com]}\nB: [ana@x.com, dee@x.com]\n",
        "{}\n",
    );
    let plan = planned(&base, &head);
    assert_eq!(
        only(&plan, FlagCode::NewDomain).subject.as_deref(),
        Some("y.com")
    );
    // ana and dee had it without an end before.
    assert_eq!(
        only(&plan, FlagCode::NoExpiry).subject.as_deref(),
        Some("q@y.com")
    );
    // 2026-12-12 at its end is more than 14 days away.
    assert!(!codes(&plan).contains(&FlagCode::Expiring));
    // With ben all of the team hold A. Of B it would give ben, who is in the team below, too much.
    assert_eq!(
        people(only(&plan, FlagCode::IndividualGrant)),
        ["ben@x.com"]
    );
    let soon = code(
        "A: [{to: a@x.com, until: 2026-12-11}, {to: b@x.com, until: 2026-11-27}]\n",
        "{}\n",
    );
    let plan = planned(&soon, &soon);
    let flag = only(&plan, FlagCode::Expiring);
    assert_eq!(flag.subject.as_deref(), Some("a@x.com"));
    assert_eq!(plan.verdict(), Verdict::Nothing);
}

#[test]
fn one_person_where_a_team_would_do_is_told() {
    let base = code("A: [ana@x.com, ben@x.com]\n", "{}\n");
    let head = code("A: [ana@x.com, ben@x.com, dee@x.com]\n", "{}\n");
    let plan = planned(&base, &head);
    let flag = only(&plan, FlagCode::IndividualGrant);
    assert_eq!(flag.subject.as_deref(), Some("SEEK-Jobs/group-apps"));
    assert_eq!(people(flag), ["dee@x.com"]);
    assert_eq!(
        flag.place.as_ref().unwrap().to_string(),
        "config/permissions.yaml:1:27"
    );
}

#[test]
fn members_who_cannot_be_named_are_told_where_they_matter() {
    let with = code("A: [SEEK-Jobs/testers]\n", "{}\n");
    assert_eq!(
        people(only(&planned(&with, &with), FlagCode::Unresolved)),
        ["cy"]
    );
    let without = code("A: [{to: SEEK-Jobs/group-apps, immediate: true}]\n", "{}\n");
    assert!(!codes(&planned(&without, &without)).contains(&FlagCode::Unresolved));
}

#[test]
fn a_directory_that_lost_much_of_a_team_may_not_be_whole() {
    let large = |n: usize| {
        let people: Vec<_> = (0..10)
            .map(|n| format!(r#"{{"id":{n},"login":"p{n}","email":"p{n}@x.com"}}"#))
            .collect();
        let all: Vec<_> = (0..10).map(|n| format!(r#""p{n}""#)).collect();
        directory(&format!(
            r#"{{"people":[{}],"organizations":[{{"login":"Org","owners":[],"members":[{}],"teams":[{{"slug":"t","name":"T","parent":null,"maintainers":[],"members":[{}]}}]}}]}}"#,
            people.join(","),
            all.join(","),
            all[..n].join(",")
        ))
    };
    let head = code("A: [Org/t]\n", "limits: {max_removal: 100%}\n");
    for (left, blocks) in [(7, false), (6, true)] {
        let (before, now) = (large(10), large(left));
        let mut inputs = inputs(&head, &head);
        inputs.before = Some(&before);
        inputs.directory = Some(&now);
        let plan = plan(&inputs).unwrap();
        assert_eq!(plan.verdict() == Verdict::Blocked, blocks, "{left}");
        if blocks {
            let flag = only(&plan, FlagCode::DirectoryShrank);
            assert_eq!(
                (flag.subject.as_deref(), flag.count, flag.of),
                (Some("Org/t"), 4, Some(10))
            );
        }
    }
}

#[test]
fn what_is_asked_to_blocks() {
    let (base, head) = (
        code("A: [a@x.com]\n", "{}\n"),
        code("A: [a@x.com, b@y.com]\n", "{}\n"),
    );
    assert_eq!(planned(&base, &head).verdict(), Verdict::Changes);
    let mut inputs = inputs(&base, &head);
    inputs
        .fail_on
        .insert(FlagCode::parse("new-domain").unwrap());
    assert_eq!(plan(&inputs).unwrap().verdict(), Verdict::Blocked);
    assert!(
        FlagCode::ALL
            .iter()
            .all(|code| FlagCode::parse(code.as_str()) == Some(*code))
    );
    let written = |code: &FlagCode| serde_json::to_string(code).unwrap();
    assert!(
        FlagCode::ALL
            .iter()
            .all(|code| written(code) == format!("\"{}\"", code.as_str()))
    );
}

#[test]
fn nobody_becomes_somebody_else_by_the_change_itself() {
    let access = "protected: {permissions: [A]}\nlimits: {required_holders: {A: [boss@x.com]}}\n";
    let with = |people: &str, permissions: &str| {
        repository(&[
            ("config/permissions.yaml", permissions),
            ("config/people.yaml", people),
            ("access.yaml", access),
        ])
    };
    let base = with("{}\n", "A: [boss@x.com, a@x.com]\n");
    // Ben gives his login to another address, and himself the boss's.
    let head = with(
        "ben@x.com: {aliases: [boss@x.com]}\nother@x.com: {github: ben}\n",
        "A: [boss@x.com, a@x.com]\n",
    );
    let mut inputs = inputs(&base, &head);
    inputs.author = Some("ben");
    let plan = plan(&inputs).unwrap();
    assert_eq!(changes(&plan, "prod"), ["A +ben@x.com", "A -boss@x.com"]);
    assert!(codes(&plan).contains(&FlagCode::SelfGrant));
    assert!(codes(&plan).contains(&FlagCode::RequiredHolders));
    assert_eq!(plan.verdict(), Verdict::Blocked);
}
