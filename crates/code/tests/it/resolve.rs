//! What comes out, and that it does whatever order it is written in.

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
    fn the_order_of_files_does_not_matter(turned in proptest::strategy::Strategy::prop_shuffle(proptest::strategy::Just(SEED.to_vec()))) {
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
