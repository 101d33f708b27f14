//! What comes out, and that it does whatever order it is written in.

use std::collections::BTreeSet;

use proptest::{collection::vec, strategy::Strategy};

use crate::common::{SEED, now, repository, resolved, told, validated};

#[test]
fn the_seed_resolves_in_each_environment() {
    assert_eq!(
        resolved(SEED, "dev"),
        r#"{"permissions":{"ADMIN_OFFBOARDING":["eve@x.com"],"query:some-object":["ana@x.com","ben@x.com","dee@x.com","fay@x.com","gus@x.com"]}}"#
    );
    assert_eq!(
        resolved(SEED, "prod"),
        r#"{"permissions":{"ADMIN_OFFBOARDING":["eve@x.com"],"query:some-object":["ana@x.com","ben@x.com","dee@x.com","gus@x.com"]}}"#
    );
    assert_eq!(validated(SEED), ["config/permissions.yaml:2:5 odd-space"]);
}

proptest::proptest! {
    #[test]
    fn the_order_of_files_does_not_matter(turned in proptest::strategy::Just(SEED.to_vec()).prop_shuffle()) {
        proptest::prop_assert_eq!(resolved(SEED, "dev"), resolved(&turned, "dev"));
    }
}

#[test]
fn long_forms_limit_what_they_grant() {
    let files = &[
        (
            "config/permissions.yaml",
            "ended: [{to: a@x.com, until: 2026-11-27}]\ntoday: [{to: a@x.com, until: 2026-11-28}]\nimmediate: [{to: SEEK-Jobs/group-apps, immediate: true}]\nmaintainers: [{to: SEEK-Jobs/group-apps, roles: [maintainer]}]\nmost: [./groups/most]\norg: {implies: [implied], grants: [{devOnly: [SEEK-Jobs, z@x.com]}]}\nimplied: []\n",
        ),
        (
            "config/groups/most/group.yaml",
            "members: [SEEK-Jobs, {except: ben@x.com}]\n",
        ),
        (
            "config/groups/most/below/group.yaml",
            "members: [ben@x.com, z@x.com]\n",
        ),
    ];
    assert_eq!(
        resolved(files, "dev"),
        r#"{"permissions":{"ended":[],"immediate":["ana@x.com","dee@x.com"],"implied":["ana@x.com","ben@x.com","dee@x.com","z@x.com"],"maintainers":["ana@x.com","dee@x.com"],"most":["ana@x.com","dee@x.com","z@x.com"],"org":["ana@x.com","ben@x.com","dee@x.com","z@x.com"],"today":["a@x.com"]}}"#
    );
    assert!(resolved(files, "prod").contains(r#""implied":[]"#));
}

#[test]
fn nothing_is_resolved_without_the_directory_it_needs() {
    let found = repository(SEED).resolve(None, "dev", now()).unwrap_err();
    assert!(
        told(&found)
            .iter()
            .any(|line| line.ends_with("no-directory"))
    );
}

#[test]
fn except_takes_out_wherever_somebody_comes_from() {
    let files = &[
        (
            "config/permissions.yaml",
            "all: [./groups/a]\nbelow: [./groups/a/b]\nboth: [./groups/a, ben@x.com]\nabove: [./groups/c]\n",
        ),
        (
            "config/groups/a/group.yaml",
            "members: [SEEK-Jobs, z@x.com, {except: [SEEK-Jobs/testers, z@x.com]}]\n",
        ),
        (
            "config/groups/a/b/group.yaml",
            "members: [ben@x.com, z@x.com, y@x.com]\n",
        ),
        (
            "config/groups/c/group.yaml",
            "members: [./groups/a, {except: {to: ana@x.com, until: 2026-11-27}}, {except: y@x.com}]\n",
        ),
    ];
    // Who is taken out of a group may hold it by another way, and an exception may have ended.
    assert_eq!(
        resolved(files, "dev"),
        r#"{"permissions":{"above":["ana@x.com","dee@x.com"],"all":["ana@x.com","dee@x.com","y@x.com"],"below":["ben@x.com","y@x.com","z@x.com"],"both":["ana@x.com","ben@x.com","dee@x.com","y@x.com"]}}"#
    );
}

#[test]
fn roles_are_immediate_ones_of_the_team() {
    let of = |limits: &str| {
        let text = format!("A: [{{to: SEEK-Jobs/group-apps, {limits}}}]\n");
        resolved(&[("config/permissions.yaml", &text)], "dev")
    };
    // `ana` maintains the team, `dee` owns the organisation, `ben` is in the team below.
    for (limits, holders) in [
        (
            "immediate: false",
            r#"["ana@x.com","ben@x.com","dee@x.com"]"#,
        ),
        ("immediate: true", r#"["ana@x.com","dee@x.com"]"#),
        ("roles: [maintainer]", r#"["ana@x.com","dee@x.com"]"#),
        ("roles: [member]", "[]"),
        (
            "roles: [member, maintainer]",
            r#"["ana@x.com","dee@x.com"]"#,
        ),
    ] {
        assert_eq!(
            of(limits),
            format!(r#"{{"permissions":{{"A":{holders}}}}}"#),
            "{limits}"
        );
    }
}

#[test]
fn implied_permissions_go_as_far_as_they_lead() {
    let mut text = String::new();
    for n in 0..500 {
        text += &format!("p{n:03}: {{implies: [p{:03}]}}\n", n + 1);
    }
    text += "p500: {}\n";
    let text = text.replacen("p000: {", "p000: {grants: [{prodOnly: a@x.com}], ", 1);
    let files = [("config/permissions.yaml", text.as_str())];
    assert!(resolved(&files, "prod").contains(r#""p500":["a@x.com"]"#));
    assert!(resolved(&files, "dev").contains(r#""p500":[]"#));
}

/// A repository of small groups that name each other without a circle: the members of each group, each a
/// letter or an earlier group; and whom each takes out.
type Small = Vec<(Vec<usize>, Vec<usize>, Vec<usize>)>;

fn small() -> impl Strategy<Value = Small> {
    let one = |n: usize| {
        (
            vec(0..6_usize, 0..4),
            vec(0..n.max(1), 0..3),
            vec(0..6_usize, 0..2),
        )
    };
    (one(0), one(1), one(2), one(3), one(4)).prop_map(|(a, b, c, d, e)| vec![a, b, c, d, e])
}

fn letter(n: usize) -> String {
    format!("{}@x.com", char::from(b'a' + u8::try_from(n).unwrap()))
}

/// Who is in a group, by the meaning of the words and not as it is done.
fn members(small: &Small, n: usize, with_except: bool) -> BTreeSet<String> {
    let (people, groups, out) = &small[n];
    let mut all: BTreeSet<String> = people.iter().map(|it| letter(*it)).collect();
    if n > 0 {
        for group in groups {
            all.extend(members(small, *group, with_except));
        }
    }
    if with_except {
        for person in out {
            all.remove(&letter(*person));
        }
    }
    all
}

fn written(small: &Small, with_except: bool, reversed: bool) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut keys = Vec::new();
    for (n, (people, groups, out)) in small.iter().enumerate() {
        let mut items: Vec<String> = people.iter().map(|it| letter(*it)).collect();
        if n > 0 {
            items.extend(groups.iter().map(|it| format!("./groups/g{it}")));
        }
        if with_except {
            items.extend(out.iter().map(|it| format!("{{except: {}}}", letter(*it))));
        }
        if reversed {
            items.reverse();
        }
        let text = format!("members: [{}]\n", items.join(", "));
        files.push((format!("config/groups/g{n}/group.yaml"), text));
        keys.push(format!("p{n}: [./groups/g{n}]\n"));
    }
    if reversed {
        keys.reverse();
        files.reverse();
    }
    files.push(("config/permissions.yaml".to_owned(), keys.concat()));
    files
}

fn holders(files: &[(String, String)]) -> Vec<BTreeSet<String>> {
    let files: Vec<_> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let (resolved, _) = repository(&files).resolve(None, "dev", now()).unwrap();
    let holders = resolved.permissions.values();
    holders
        .map(|all| all.iter().map(ToString::to_string).collect())
        .collect()
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(64))]

    #[test]
    fn groups_have_whom_their_words_say_in_any_order(small in small()) {
        for with_except in [false, true] {
            let meant: Vec<_> = (0..small.len()).map(|n| members(&small, n, with_except)).collect();
            proptest::prop_assert_eq!(&holders(&written(&small, with_except, false)), &meant);
            proptest::prop_assert_eq!(&holders(&written(&small, with_except, true)), &meant);
        }
    }

    #[test]
    fn one_more_member_takes_nothing_from_anybody(small in small(), at in 0..5_usize, who in 0..6_usize) {
        let before = holders(&written(&small, false, false));
        let mut more = small;
        more[at].0.push(who);
        let after = holders(&written(&more, false, false));
        for (before, after) in before.iter().zip(&after) {
            proptest::prop_assert!(before.is_subset(after));
        }
    }
}

#[test]
fn findings_are_written_as_programs_read_them() {
    let found = repository(&[("config/permissions.yaml", "A: []\n")]).validate(None, now());
    assert_eq!(
        serde_json::to_string(&found).unwrap(),
        r#"{"findings":[{"severity":"warning","code":"no-holders","file":"config/permissions.yaml","line":1,"column":1,"message":"nobody holds `A`","hint":""}]}"#
    );
}
