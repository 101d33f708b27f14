//! Why somebody has something: what was written down by hand for each kind of answer.

use portcullis_app::{
    decide::{Decider, Types},
    why::{Verdict, Why},
};
use portcullis_model::MembershipKind::{Member, Owner};
use serde_json::json;

use crate::town::{NEVER, NOW, Town, days, list, permission};

fn town() -> Town {
    Town::new()
        .users(&["ana", "ben", "cyd", "dan", "eve"])
        .groups(&["Wiki", "Deploy", "Sealed", "Wide"])
        .roles(&["Role-A"])
        .leads("Role-A", "Wiki", days(30))
        .confers("Wiki", permission("wiki:edit", &[]))
        .confers("Wide", permission("wiki:edit", &[]))
        .confers("Wide", permission("wiki:drop", &[]))
        .confers("Deploy", permission("deploy", &["staging"]))
        .confers(
            "Sealed",
            list(
                "no-wiki",
                10,
                &json!([{"access": "deny", "where": {"rsrc_type": "permission", "action": "use",
                    "rsrc_match": [["@id", "=", "wiki:edit"]]}}]),
            ),
        )
        .placed("ana", "Role-A", Member, days(20))
        .placed("ana", "Wiki", Member, days(10))
        .placed("ben", "Wiki", Owner, NEVER)
        .member("cyd", "Deploy")
        .member("dan", "Sealed")
        .placed("dan", "Wiki", Member, NEVER)
}

fn asks<'t>(town: &'t Town, login: &str, permission: &str, place: Option<&'t str>) -> Why<'t> {
    let user = town.world.named_user(login).expect("a user");
    let decider = Decider::new(Types::default());
    Why::permission(&decider, &town.world, user, permission, place, NOW)
}

#[test]
fn who_owns_a_group_is_not_in_it() {
    let town = town();
    let ask = |login: &str, kind| {
        let user = town.world.named_user(login).expect("a user");
        let group = town.world.find_group("Wiki").expect("a group");
        Why::in_group(&town.world, user, group, kind, NOW)
    };
    assert_eq!(ask("ben", Member).verdict, Verdict::Lacks);
    assert_eq!(ask("ben", Member).missing[0].name.as_str(), "Wiki");
    assert_eq!(ask("ben", Owner).verdict, Verdict::Holds(NEVER));
    assert_eq!(ask("ana", Owner).verdict, Verdict::Lacks);
    let ana = ask("ana", Member);
    assert_eq!(ana.verdict, Verdict::Holds(days(20)));
    let ends: Vec<_> = ana.ways.iter().map(|way| way.ends).collect();
    assert_eq!(ends, [days(20), days(10)], "the longest first");
}

#[test]
fn a_permission_is_held_lacked_limited_or_denied() {
    let town = town();
    assert_eq!(
        asks(&town, "ana", "wiki:edit", None).verdict,
        Verdict::Holds(days(20))
    );
    // An owner does not have what the members have.
    let ben = asks(&town, "ben", "wiki:edit", None);
    assert_eq!(ben.verdict, Verdict::Lacks);
    let groups: Vec<_> = ben
        .missing
        .iter()
        .map(|group| group.name.as_str())
        .collect();
    assert_eq!(
        groups,
        ["Wiki", "Wide"],
        "what gives least besides comes first"
    );

    let dan = asks(&town, "dan", "wiki:edit", None);
    assert_eq!((&dan.verdict, dan.ways.len()), (&Verdict::Denied, 1));
    assert!(dan.missing.is_empty(), "no group would help");

    let cyd = asks(&town, "cyd", "deploy", None);
    assert_eq!(cyd.verdict, Verdict::OnlyIn(vec!["staging".to_owned()]));
    assert_eq!(cyd.ways.len(), 1);
    assert_eq!(
        asks(&town, "cyd", "deploy", Some("staging")).verdict,
        Verdict::Holds(NEVER)
    );
    let there = asks(&town, "cyd", "deploy", Some("production"));
    assert_eq!((&there.verdict, there.missing.len()), (&Verdict::Lacks, 0));
}
