//! Defects found in the reference portal that concern the model, each pinned here as absent.
//! The numbers are those of the study.

use portcullis_model::{
    Action, Constraints, Edit, Expiry, GroupKind, MembershipKind, Request, State, Target, may,
    world::FoundKind,
};

use crate::company::Company;
use crate::records::{NEVER, NOW, code, days, id, limit_of_days, name};

#[test]
fn d1_an_owner_limit_alone_leaves_memberships_through_roles_alone() {
    let c = Company::new()
        .user("olga")
        .group("Team")
        .role("Role-Ops")
        .tag(
            "T",
            Constraints {
                owner_time_limit: limit_of_days(3),
                ..Constraints::default()
            },
        )
        .tagged("Team", "T")
        .owner("olga", "Team");
    let attach = |kind, until| {
        c.tries(
            "olga",
            Edit::create(c.inclusion("Role-Ops", "Team", kind, until)),
        )
    };
    assert_eq!(attach(MembershipKind::Member, NEVER), "ok");
    assert_eq!(attach(MembershipKind::Owner, NEVER), "time_limit");
    assert_eq!(attach(MembershipKind::Owner, days(3)), "ok");
    let demands = c.world.constraints_on(&c.the_group("Team"));
    assert_eq!(demands.cap(MembershipKind::Member, NEVER, NOW), NEVER);
    assert_eq!(demands.cap(MembershipKind::Owner, NEVER, NOW), days(3));
    assert_eq!(demands.cap(MembershipKind::Owner, days(1), NOW), days(1));
}

#[test]
fn d2_an_approval_says_until_when_it_grants() {
    let c = Company::new().user("ben").group("Team").asked(
        "ben",
        "Team",
        MembershipKind::Member,
        days(1),
    );
    let c = c.does("root", c.approval("root", "ben", days(1)));
    assert_eq!(
        c.world
            .holds(c.uid("ben"), c.gid("Team"), MembershipKind::Member, NOW),
        Some(days(1))
    );
    // A state without an end cannot even be read.
    let json = r#"{"status":"approved","resolution":{"by":{"system":"time"},"at":"2026-01-01T00:00:00Z"},"membership":"00000000-0000-0000-0000-000000000000"}"#;
    assert!(serde_json::from_str::<State>(json).is_err());
}

#[test]
fn d3_and_d4_past_ends_and_what_one_has_are_not_asked_for() {
    let c = Company::new()
        .users(["ben", "cleo"])
        .group("Team")
        .member("ben", "Team");
    let ask = |who, until| {
        c.tries(
            who,
            Edit::create(c.request(who, "Team", MembershipKind::Member, until)),
        )
    };
    assert_eq!(ask("cleo", Expiry::at(NOW)), "invalid");
    assert_eq!(ask("ben", NEVER), "already_in_group");
}

#[test]
fn d5_a_time_limit_is_a_number_of_seconds() {
    for bad in ["true", "0", "-1", "1.5", "\"60\"", "3155760001"] {
        let json = format!(r#"{{"member_time_limit":{bad}}}"#);
        assert!(serde_json::from_str::<Constraints>(&json).is_err(), "{bad}");
    }
    assert!(serde_json::from_str::<Constraints>(r#"{"member_time_limit":60}"#).is_ok());
    assert!(serde_json::from_str::<Constraints>(r#"{"member_time_limits":60}"#).is_err());
    assert!(serde_json::from_str::<Constraints>(r#"{"require_member_reason":1}"#).is_err());
}

#[test]
fn d6_wildcards_are_letters_like_any_other() {
    let c = Company::new().user("ben").group("100% sure").group("Team");
    let labels = |query| {
        let found = c.world.find(query, &FoundKind::ALL, 9);
        found
            .into_iter()
            .map(|f| f.label.to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(labels("%"), ["100% sure"]);
    assert!(labels("_").is_empty());
    assert!(c.world.find_user("b_n").is_none());
}

#[test]
fn d7_the_last_admin_stays() {
    let c = Company::new();
    let leave = Edit::end(c.the_fact("root", "App-Portcullis-Owners", MembershipKind::Member));
    assert_eq!(c.tries("root", leave), "last_admin");
}

#[test]
fn d8_names_are_looked_at_before_anything_is_made_of_them() {
    for bad in [
        "",
        "  ",
        "two\nlines",
        "a\u{202E}b",
        "tab\u{0}",
        &"x".repeat(256),
    ] {
        assert!(portcullis_model::Name::parse(bad).is_err(), "{bad:?}");
    }
    assert!(portcullis_model::Login::parse("a b").is_err());
    assert!(portcullis_model::Login::parse("@me").is_err());
    assert!(portcullis_model::Email::parse("a@b@c").is_err());
}

#[test]
fn d9_self_add_through_an_owner_only_attachment_is_refused_with_a_sentence() {
    let c = Company::new()
        .user("cleo")
        .group("Vault")
        .role("Role-Ops")
        .owner("cleo", "Role-Ops")
        .attached("Role-Ops", "Vault", MembershipKind::Owner)
        .tag(
            "T",
            Constraints {
                disallow_self_add_ownership: true,
                ..Constraints::default()
            },
        )
        .tagged("Vault", "T");
    let join = Edit::create(c.membership("cleo", "Role-Ops", MembershipKind::Member, NEVER));
    let refusal = c.guards("cleo", crate::records::one(join)).unwrap_err();
    insta::assert_snapshot!(
        refusal,
        @"a tag on `Vault` stops you giving yourself ownership through `Role-Ops`; ask another owner"
    );
}

#[test]
fn d10_who_leaves_a_role_that_gives_ownership_owns_no_longer() {
    let c = Company::new()
        .user("ben")
        .group("Vault")
        .role("Role-Ops")
        .member("ben", "Role-Ops")
        .attached("Role-Ops", "Vault", MembershipKind::Owner);
    let (ben, vault) = (c.uid("ben"), c.gid("Vault"));
    assert!(c.world.owns_group(ben, vault, NOW));
    let leave = crate::records::one(Edit::end(c.the_fact(
        "ben",
        "Role-Ops",
        MembershipKind::Member,
    )));
    let after = c.world.after(&leave).unwrap();
    assert!(!after.owns_group(ben, vault, NOW));
    let lost: Vec<_> = c
        .world
        .diff(&after, NOW)
        .losses
        .into_iter()
        .map(|l| l.what)
        .collect();
    let owner = portcullis_model::world::What::Group {
        group: vault,
        kind: MembershipKind::Owner,
    };
    assert!(lost.contains(&owner), "{lost:?}");
    let delete = crate::records::one(Edit::end(c.the_inclusion("Role-Ops", "Vault")))
        .with(Edit::end(c.the_fact(
            "ben",
            "Role-Ops",
            MembershipKind::Member,
        )))
        .with(Edit::end(c.the_group("Role-Ops")));
    let after = c.world.after(&delete).unwrap();
    assert!(!after.owns_group(ben, vault, NOW));
}

#[test]
fn d11_what_is_refused_is_not_done() {
    let c = Company::new().user("ben").group("Team").asked(
        "ben",
        "Team",
        MembershipKind::Member,
        NEVER,
    );
    let before = format!("{:?}", c.world);
    assert_eq!(
        c.tries("ben", c.approval("ben", "ben", NEVER)),
        "not_allowed"
    );
    assert_eq!(format!("{:?}", c.world), before);
    assert!(c.the_request("ben").is_pending());
}

#[test]
fn d12_an_app_owner_for_a_time_is_an_app_owner_all_that_time() {
    let c = Company::new().users(["abe", "tom"]).app("Pay", "abe");
    let mut fact = c.membership("tom", "App-Pay-Owners", MembershipKind::Owner, days(1));
    fact.validity.from = NOW;
    let c = c.has(Edit::create(fact));
    let pay = Target::App(id("app Pay"));
    let may = |days| {
        let mut context = c.as_user("tom");
        context.now = NOW.plus_days(days);
        code(&may(&c.world, &context, Action::CreateAppGroup, pay))
    };
    assert_eq!((may(0), may(1)), ("ok", "not_allowed"));
}

#[test]
fn d14_a_rename_that_comes_with_a_change_of_kind_needs_the_right_to_both() {
    let c = Company::new()
        .user("olga")
        .group("Team")
        .owner("olga", "Team");
    let before = c.the_group("Team");
    let mut after = before.clone();
    after.kind = GroupKind::Role;
    after.name = name("Role-Team");
    assert_eq!(
        c.tries("olga", Edit::update(before.clone(), after.clone())),
        "not_allowed"
    );
    assert_eq!(c.the_group("Team"), before);
    assert_eq!(c.tries("root", Edit::update(before, after)), "ok");
}

#[test]
fn d18_unknown_people_are_told_not_dropped() {
    let c = Company::new().group("Team");
    let add = Edit::create(c.membership("ghost", "Team", MembershipKind::Member, NEVER));
    let refusal = c.guards("root", crate::records::one(add)).unwrap_err();
    assert_eq!(refusal.code(), "not_found");
}

#[test]
fn d20_turning_a_group_with_a_reason_tag_into_a_role_loses_nobody() {
    let c = Company::new()
        .user("ben")
        .group("Team")
        .member("ben", "Team")
        .tag(
            "T",
            Constraints {
                require_member_reason: true,
                ..Constraints::default()
            },
        )
        .tagged("Team", "T");
    let before = c.the_group("Team");
    let mut after = before.clone();
    after.kind = GroupKind::Role;
    after.name = name("Role-Team");
    let c = c.does("root", Edit::update(before, after));
    assert!(
        c.world
            .holds(
                c.uid("ben"),
                c.gid("Role-Team"),
                MembershipKind::Member,
                NOW
            )
            .is_some()
    );
}

#[test]
fn d21_one_direct_fact_per_person_group_and_kind() {
    let c = Company::new()
        .user("ben")
        .group("Team")
        .member("ben", "Team");
    let again = Edit::create(c.membership("ben", "Team", MembershipKind::Member, NEVER));
    assert_eq!(c.tries("root", again), "already_in_group");
    let owner = Edit::create(c.membership("ben", "Team", MembershipKind::Owner, NEVER));
    assert_eq!(c.tries("root", owner), "ok");
}

#[test]
fn d23_deciding_a_request_for_a_group_that_is_gone_is_a_conflict() {
    let c = Company::new().user("ben").group("Team").asked(
        "ben",
        "Team",
        MembershipKind::Member,
        NEVER,
    );
    let late: Request = c.the_request("ben");
    let approval = c.approval("root", "ben", NEVER);
    let mut delete = c.rejection("root", "ben");
    delete.push(Edit::end(c.the_group("Team")));
    let c = c.does("root", delete);
    assert_eq!(c.tries("root", approval), "not_found");
    let rejected = Request {
        state: State::Rejected {
            resolution: c.resolution("root"),
        },
        ..late.clone()
    };
    assert_eq!(
        c.tries("root", Edit::update(late, rejected)),
        "already_resolved"
    );
}
