//! Change sets made to get more than one has: combined edits, borrowed ids, undo.

use portcullis_model::{
    ChangeSet, Constraints, Description, Edit, Group, GroupKind, Membership, MembershipKind,
    Position,
    record::{AppOrigin, AppPart},
};

use crate::company::Company;
use crate::records::{NEVER, app, app_group, days, group, id, limit_of_days, name, one};

fn company() -> Company {
    Company::new()
        .users(["eve", "vera", "abe", "ben"])
        .group("Vault")
        .group("Eves")
        .owner("vera", "Vault")
        .member("ben", "Vault")
        .owner("eve", "Eves")
        .app("Pay", "abe")
        .app_group("Pay", "Users")
}

fn moved(c: &Company, called: &str, edit: impl FnOnce(&mut Group)) -> Edit<Group> {
    let before = c.the_group(called);
    let mut after = before.clone();
    edit(&mut after);
    Edit::update(before, after)
}

#[test]
fn a_new_app_under_a_groups_id_does_not_make_the_group_new() {
    let mut c = company();
    c.policy.app_creators = vec![c.uid("eve")];
    let mut borrowed = app("Evil");
    borrowed.id = id("group App-Portcullis-Owners");
    let mut owners = app_group("Evil", "App-Evil-Owners", AppPart::Owners);
    owners.kind = GroupKind::App {
        app: borrowed.id,
        part: AppPart::Owners,
    };
    let create = one(Edit::create(borrowed)).with(Edit::create(owners));
    assert_eq!(c.tries("eve", create.clone()), "ok");
    let admin = c.membership(
        "eve",
        "App-Portcullis-Owners",
        MembershipKind::Member,
        NEVER,
    );
    assert_eq!(
        c.tries("eve", create.with(Edit::create(admin))),
        "not_allowed"
    );
}

#[test]
fn an_app_edit_that_edits_nothing_gives_no_right_over_its_groups() {
    let c = company();
    let pay = c.the_app("Pay");
    let nothing = one(Edit::update(pay.clone(), pay));
    let describe = moved(&c, "App-Pay-Users", |g| {
        g.description = Description::parse("free for all").unwrap();
    });
    assert_eq!(c.tries("eve", nothing.clone()), "not_allowed");
    assert_eq!(c.tries("eve", nothing.with(describe)), "not_allowed");
    let team = c.the_group("Vault");
    assert_eq!(
        c.tries("eve", Edit::update(team.clone(), team)),
        "not_allowed"
    );
}

#[test]
fn nobody_makes_their_app_the_built_in_one() {
    let mut c = company().app("Evil", "eve");
    let before = c.the_app("Evil");
    let mut after = before.clone();
    after.origin = AppOrigin::BuiltIn;
    for who in ["eve", "ben", "root"] {
        let code = c.tries(who, Edit::update(before.clone(), after.clone()));
        assert_ne!(code, "ok", "{who}");
    }
    assert_eq!(c.tries("root", Edit::update(before, after)), "built_in_app");
    c.policy.app_creators = vec![c.uid("eve")];
    let mut new = app("Evil2");
    new.origin = AppOrigin::BuiltIn;
    let owners = app_group("Evil2", "App-Evil2-Owners", AppPart::Owners);
    let create = one(Edit::create(new)).with(Edit::create(owners));
    assert_eq!(c.tries("eve", create), "built_in_app");
}

#[test]
fn a_membership_does_not_wander_from_one_group_to_another() {
    let c = company();
    let before = c.the_fact("ben", "Vault", MembershipKind::Member);
    let into_mine = Membership {
        group: c.gid("Eves"),
        ..before.clone()
    };
    assert_eq!(
        c.tries("eve", Edit::update(before.clone(), into_mine)),
        "invalid"
    );
    let to_owner = Membership {
        kind: MembershipKind::Owner,
        ..before.clone()
    };
    assert_eq!(
        c.tries("vera", Edit::update(before.clone(), to_owner)),
        "invalid"
    );
    let to_other = Membership {
        user: c.uid("eve"),
        ..before.clone()
    };
    assert_eq!(c.tries("vera", Edit::update(before, to_other)), "invalid");
}

#[test]
fn an_inclusion_does_not_wander_either() {
    let c = company()
        .role("Role-Ops")
        .attached("Role-Ops", "Vault", MembershipKind::Member);
    let before = c.the_inclusion("Role-Ops", "Vault");
    let mut mine = before.clone();
    mine.target = c.gid("Eves");
    assert_eq!(
        c.tries("eve", Edit::update(before.clone(), mine)),
        "invalid"
    );
    let mut owner = before.clone();
    owner.kind = MembershipKind::Owner;
    assert_eq!(c.tries("vera", Edit::update(before, owner)), "invalid");
    let c = c.confers("Vault", "gold:take");
    let before = c.world.entitlements().next().unwrap().clone();
    let mut mine = before.clone();
    mine.group = c.gid("Eves");
    assert_eq!(c.tries("root", Edit::update(before, mine)), "invalid");
}

#[test]
fn a_role_owner_may_detach_but_not_attach() {
    let c = company().role("Role-Ops").owner("eve", "Role-Ops");
    let attach = Edit::create(c.inclusion("Role-Ops", "Vault", MembershipKind::Member, NEVER));
    assert_eq!(c.tries("eve", attach), "not_allowed");
    let c = c.attached_until("Role-Ops", "Vault", MembershipKind::Member, days(5));
    let before = c.the_inclusion("Role-Ops", "Vault");
    let mut longer = before.clone();
    longer.validity.until = days(6);
    assert_eq!(
        c.tries("eve", Edit::update(before.clone(), longer)),
        "not_allowed"
    );
    let detach = one(Edit::end(before));
    let c = c.does("eve", detach.clone());
    let back = detach.inverse(Position(1));
    assert_eq!(
        c.tries("eve", back.clone()),
        "not_allowed",
        "undo is a change like any other"
    );
    assert_eq!(c.tries("vera", back), "ok");
}

#[test]
fn a_group_does_not_shed_its_apps_tags_by_moving() {
    let c = company()
        .app("Mine", "eve")
        .app("Mine2", "eve")
        .tag(
            "Strict",
            Constraints {
                member_time_limit: limit_of_days(1),
                ..Constraints::default()
            },
        )
        .app_tagged("Pay", "Strict")
        .owner("eve", "App-Pay-Users");
    let go = |app: &str| {
        let kind = app_group(app, "-", AppPart::Access).kind;
        let called = name(&format!("App-{app}-Users"));
        move |g: &mut Group| {
            g.kind = kind;
            g.name = called;
        }
    };
    assert_eq!(
        c.tries("eve", moved(&c, "App-Pay-Users", go("Mine"))),
        "not_allowed"
    );
    let keeping = moved(&c, "App-Pay-Users", |g| {
        go("Mine")(g);
        g.tags.push(id("tag Strict"));
    });
    assert_eq!(c.tries("eve", keeping), "ok");
    // Nor over an app that wears it only in passing.
    let tag_mine = {
        let before = c.the_app("Mine");
        let mut after = before.clone();
        after.tags.push(id("tag Strict"));
        Edit::update(before, after)
    };
    let first = moved(&c, "App-Pay-Users", go("Mine"));
    let between = first.after.as_deref().unwrap().clone();
    let mut last = between.clone();
    go("Mine2")(&mut last);
    let two_steps = one(tag_mine).with(first).with(Edit::update(between, last));
    assert_eq!(c.tries("eve", two_steps), "not_allowed");
}

#[test]
fn deleting_and_making_again_does_not_carry_entitlements_over() {
    let c = company().confers("App-Pay-Users", "wages:read");
    let entitlement = c.world.entitlements().next().unwrap().clone();
    let before = c.the_group("App-Pay-Users");
    let again = one(Edit::end(entitlement.clone()))
        .with(Edit::end(before.clone()))
        .with(Edit::create(before));
    assert_eq!(
        c.tries("abe", again.clone()),
        "ok",
        "an app owner may do both"
    );
    assert_eq!(
        c.tries("abe", again.with(Edit::create(entitlement))),
        "not_allowed"
    );
}

#[test]
fn what_hangs_on_a_group_ends_only_with_that_group() {
    let c = company().confers("Vault", "gold:take");
    let other = one(Edit::end(c.the_fact("eve", "Eves", MembershipKind::Owner)))
        .with(Edit::end(c.the_group("Eves")));
    assert_eq!(c.tries("eve", other.clone()), "ok");
    let fact = Edit::end(c.the_fact("ben", "Vault", MembershipKind::Member));
    assert_eq!(c.tries("eve", other.clone().with(fact)), "not_allowed");
    let entitlement = Edit::end(c.world.entitlements().next().unwrap().clone());
    assert_eq!(c.tries("eve", other.with(entitlement)), "not_allowed");
}

#[test]
fn rights_are_those_of_the_world_before_the_change() {
    let c = company();
    // Making oneself owner first does not count in the same change.
    let become_owner = Edit::create(c.membership("eve", "Vault", MembershipKind::Owner, NEVER));
    let add = Edit::create(c.membership("eve", "Vault", MembershipKind::Member, NEVER));
    assert_eq!(c.tries("eve", one(become_owner).with(add)), "not_allowed");
    // An owner who leaves may act in the same change, and no longer after it.
    let leave = Edit::end(c.the_fact("vera", "Vault", MembershipKind::Owner));
    let add =
        |c: &Company| Edit::create(c.membership("eve", "Vault", MembershipKind::Member, NEVER));
    assert_eq!(c.tries("vera", one(leave.clone()).with(add(&c))), "ok");
    let c = c.does("vera", leave);
    assert_eq!(c.tries("vera", add(&c)), "not_allowed");
}

#[test]
fn undo_is_judged_as_what_it_does() {
    let c = company();
    let remove = one(Edit::end(c.the_fact(
        "ben",
        "Vault",
        MembershipKind::Member,
    )));
    // Ben leaves; nobody without the right brings him back, he himself least of all.
    let c = c.does("ben", remove.clone());
    let undo = remove.inverse(Position(1));
    assert_eq!(c.tries("eve", undo.clone()), "not_allowed");
    assert_eq!(c.tries("ben", undo.clone()), "not_allowed");
    assert_eq!(c.tries("vera", undo), "ok");
}

#[test]
fn undo_does_not_restore_what_a_tag_forbids_by_now() {
    let c = company().tag(
        "Strict",
        Constraints {
            member_time_limit: limit_of_days(1),
            require_member_reason: true,
            ..Constraints::default()
        },
    );
    let remove = one(Edit::end(c.the_fact(
        "ben",
        "Vault",
        MembershipKind::Member,
    )));
    let c = c.does("vera", remove.clone()).tagged("Vault", "Strict");
    assert_eq!(c.tries("vera", remove.inverse(Position(1))), "time_limit");
}

#[test]
fn an_undo_that_is_none_gives_no_right() {
    let c = company();
    let forged = ChangeSet {
        undoes: Some(Position(1)),
        ..one(Edit::create(c.membership(
            "eve",
            "Vault",
            MembershipKind::Member,
            NEVER,
        )))
    };
    assert_eq!(c.tries("eve", forged), "not_allowed");
}

#[test]
fn a_change_made_for_another_world_does_not_apply() {
    let c = company();
    let remove = one(Edit::end(c.the_fact(
        "ben",
        "Vault",
        MembershipKind::Member,
    )));
    let c = c.does("vera", remove.clone());
    assert_eq!(c.tries("vera", remove), "changed_meanwhile");
    let mut stale = c.the_group("Vault");
    stale.description = Description::parse("as it never was").unwrap();
    let after = Group {
        name: name("Safe"),
        ..stale.clone()
    };
    assert_eq!(
        c.tries("vera", Edit::update(stale, after)),
        "changed_meanwhile"
    );
    let twice = group("Vault", GroupKind::Group);
    assert_eq!(c.tries("root", Edit::create(twice)), "changed_meanwhile");
    let empty = Edit::<Group> {
        before: None,
        after: None,
    };
    assert_eq!(c.tries("root", empty), "invalid");
    let mut two = Edit::create(group("Other", GroupKind::Group));
    two.before = Some(Box::new(c.the_group("Vault")));
    assert_eq!(c.tries("root", two), "invalid");
}
