//! What tags demand: each constraint alone, together, through apps and through roles.

use portcullis_model::{Constraints, Edit, Expiry, Membership, MembershipKind, Tag};

use crate::company::Company;
use crate::records::{NEVER, days, limit_of_days, one, reason, tag};

fn demands(set: impl FnOnce(&mut Constraints)) -> Constraints {
    let mut constraints = Constraints::default();
    set(&mut constraints);
    constraints
}

/// `Payroll` with tag `T`, owned by olga and omar; ben and cleo have nothing.
fn payroll(constraints: Constraints) -> Company {
    Company::new()
        .users(["olga", "omar", "ben", "cleo"])
        .group("Payroll")
        .tag("T", constraints)
        .tagged("Payroll", "T")
        .owner("olga", "Payroll")
        .owner("omar", "Payroll")
}

fn add(c: &Company, who: &str, kind: MembershipKind, until: Expiry, why: &str) -> Edit<Membership> {
    Edit::create(Membership {
        reason: reason(why),
        ..c.membership(who, "Payroll", kind, until)
    })
}

/// For each kind: what `olga` is told when she adds `ben`.
fn both(c: &Company, until: Expiry, why: &str) -> [&'static str; 2] {
    MembershipKind::ALL.map(|kind| c.tries("olga", add(c, "ben", kind, until, why)))
}

#[test]
fn a_member_limit_caps_members_only() {
    let c = payroll(demands(|d| d.member_time_limit = limit_of_days(7)));
    assert_eq!(both(&c, NEVER, ""), ["time_limit", "ok"]);
    assert_eq!(both(&c, days(8), ""), ["time_limit", "ok"]);
    assert_eq!(both(&c, days(7), ""), ["ok", "ok"]);
}

#[test]
fn an_owner_limit_alone_caps_owners_only() {
    let c = payroll(demands(|d| d.owner_time_limit = limit_of_days(7)));
    assert_eq!(both(&c, NEVER, ""), ["ok", "time_limit"]);
    assert_eq!(both(&c, days(7), ""), ["ok", "ok"]);
}

#[test]
fn limits_bind_admins_and_the_operator_too() {
    let c = payroll(demands(|d| d.member_time_limit = limit_of_days(7)));
    assert_eq!(
        c.tries("root", add(&c, "ben", MembershipKind::Member, NEVER, "")),
        "time_limit"
    );
    let change = one(add(&c, "ben", MembershipKind::Member, NEVER, ""));
    let refused = portcullis_model::guard(&c.world, change, &c.as_system());
    assert_eq!(crate::records::code(&refused), "time_limit");
}

#[test]
fn an_extension_is_bound_like_a_new_membership_and_a_cut_is_not() {
    let c = payroll(demands(|d| {
        d.member_time_limit = limit_of_days(7);
        d.require_member_reason = true;
    }));
    let c = c.member_between("ben", "Payroll", -30, days(30));
    let before = c.the_fact("ben", "Payroll", MembershipKind::Member);
    let moved = |until, why| {
        let mut after = before.clone();
        after.validity.until = until;
        after.reason = reason(why);
        Edit::update(before.clone(), after)
    };
    assert_eq!(c.tries("olga", moved(days(31), "audit")), "time_limit");
    assert_eq!(c.tries("olga", moved(days(20), "")), "ok");
}

#[test]
fn a_reason_is_demanded_of_the_kind_the_tag_names() {
    let members = payroll(demands(|d| d.require_member_reason = true));
    assert_eq!(both(&members, NEVER, ""), ["reason_required", "ok"]);
    assert_eq!(both(&members, NEVER, "   "), ["reason_required", "ok"]);
    assert_eq!(both(&members, NEVER, "audit"), ["ok", "ok"]);
    let owners = payroll(demands(|d| d.require_owner_reason = true));
    assert_eq!(both(&owners, NEVER, ""), ["ok", "reason_required"]);
}

#[test]
fn nobody_adds_themself_where_a_tag_forbids_it() {
    let c = payroll(demands(|d| d.disallow_self_add_membership = true));
    let myself = |c: &Company, kind| c.tries("olga", add(c, "olga", kind, NEVER, ""));
    assert_eq!(myself(&c, MembershipKind::Member), "self_add");
    assert_eq!(both(&c, NEVER, ""), ["ok", "ok"], "others may be added");
    let c = payroll(demands(|d| d.disallow_self_add_ownership = true));
    assert_eq!(myself(&c, MembershipKind::Member), "ok");
    let c = c
        .app("Pay", "cleo")
        .app_group("Pay", "Users")
        .tagged("App-Pay-Users", "T");
    let own = c.membership("cleo", "App-Pay-Users", MembershipKind::Owner, NEVER);
    assert_eq!(c.tries("cleo", Edit::create(own)), "self_add");
}

#[test]
fn an_admin_may_add_themself_and_anybody_may_leave() {
    let c = payroll(demands(|d| d.disallow_self_add_membership = true)).member("olga", "Payroll");
    assert_eq!(
        c.tries("root", add(&c, "root", MembershipKind::Member, NEVER, "")),
        "ok"
    );
    assert_eq!(
        c.tries(
            "olga",
            Edit::end(c.the_fact("olga", "Payroll", MembershipKind::Member))
        ),
        "ok"
    );
}

#[test]
fn several_tags_demand_together_the_shortest_limit_and_anything_any_demands() {
    let c = payroll(demands(|d| d.member_time_limit = limit_of_days(30)))
        .tag("Short", demands(|d| d.member_time_limit = limit_of_days(3)))
        .tag("Why", demands(|d| d.require_member_reason = true))
        .tag("Off", demands(|d| d.disallow_self_add_membership = true))
        .tagged("Payroll", "Short")
        .tagged("Payroll", "Why")
        .tagged("Payroll", "Off");
    assert_eq!(both(&c, days(4), "audit")[0], "time_limit");
    assert_eq!(both(&c, days(3), "")[0], "reason_required");
    assert_eq!(both(&c, days(3), "audit")[0], "ok");
    assert_eq!(
        c.tries(
            "olga",
            add(&c, "olga", MembershipKind::Member, days(3), "audit")
        ),
        "self_add"
    );
}

#[test]
fn a_disabled_tag_demands_nothing() {
    let constraints = demands(|d| d.member_time_limit = limit_of_days(7));
    let c = payroll(constraints);
    let on = tag("T", constraints);
    let off = Tag {
        enabled: false,
        ..on.clone()
    };
    let c = c.has(Edit::update(on, off));
    assert_eq!(both(&c, NEVER, ""), ["ok", "ok"]);
}

#[test]
fn an_apps_tags_bind_its_groups_and_no_others() {
    let c = Company::new()
        .users(["abe", "ben"])
        .app("Pay", "abe")
        .app_group("Pay", "Users")
        .app("Bank", "abe")
        .app_group("Bank", "Users")
        .tag("T", demands(|d| d.require_member_reason = true))
        .app_tagged("Pay", "T");
    let add = |group| Edit::create(c.membership("ben", group, MembershipKind::Member, NEVER));
    assert_eq!(c.tries("abe", add("App-Pay-Users")), "reason_required");
    assert_eq!(c.tries("abe", add("App-Bank-Users")), "ok");
}

#[test]
fn mirrored_groups_demand_nothing() {
    let c = payroll(demands(|d| d.require_member_reason = true)).mirrored_group("Mirror");
    let c = c.tagged("Mirror", "T");
    assert_eq!(
        c.world.constraints_on(&c.the_group("Mirror")),
        Constraints::default()
    );
}

// Through roles.

fn role_into_payroll(constraints: Constraints, kind: MembershipKind) -> Company {
    payroll(constraints)
        .role("Role-Clerk")
        .owner("cleo", "Role-Clerk")
        .attached("Role-Clerk", "Payroll", kind)
}

fn join(c: &Company, who: &str, why: &str) -> Edit<Membership> {
    Edit::create(Membership {
        reason: reason(why),
        ..c.membership(who, "Role-Clerk", MembershipKind::Member, NEVER)
    })
}

#[test]
fn joining_a_role_needs_the_reason_its_targets_demand_by_the_kind_it_gives() {
    let c = role_into_payroll(
        demands(|d| d.require_member_reason = true),
        MembershipKind::Member,
    );
    assert_eq!(c.tries("cleo", join(&c, "ben", "")), "reason_required");
    assert_eq!(c.tries("cleo", join(&c, "ben", "audit")), "ok");
    let c = role_into_payroll(
        demands(|d| d.require_owner_reason = true),
        MembershipKind::Owner,
    );
    assert_eq!(c.tries("cleo", join(&c, "ben", "")), "reason_required");
    let c = role_into_payroll(
        demands(|d| d.require_owner_reason = true),
        MembershipKind::Member,
    );
    assert_eq!(c.tries("cleo", join(&c, "ben", "")), "ok");
    let owner = c.membership("ben", "Role-Clerk", MembershipKind::Owner, NEVER);
    assert_eq!(
        c.tries("cleo", Edit::create(owner)),
        "ok",
        "an owner of a role gets nowhere"
    );
}

#[test]
fn nobody_joins_a_role_that_leads_where_they_may_not_add_themself() {
    let c = role_into_payroll(
        demands(|d| d.disallow_self_add_membership = true),
        MembershipKind::Member,
    );
    assert_eq!(c.tries("cleo", join(&c, "cleo", "")), "self_add");
    assert_eq!(c.tries("cleo", join(&c, "ben", "")), "ok");
}

#[test]
fn attaching_a_role_is_bound_by_the_targets_tags() {
    for kind in MembershipKind::ALL {
        let constraints = demands(|d| match kind {
            MembershipKind::Member => {
                d.member_time_limit = limit_of_days(7);
                d.require_member_reason = true;
            }
            MembershipKind::Owner => {
                d.owner_time_limit = limit_of_days(7);
                d.require_owner_reason = true;
            }
        });
        let c = payroll(constraints).role("Role-Clerk");
        let attach = |kind, until, why| {
            let mut inclusion = c.inclusion("Role-Clerk", "Payroll", kind, until);
            inclusion.reason = reason(why);
            c.tries("olga", Edit::create(inclusion))
        };
        assert_eq!(attach(kind, NEVER, "audit"), "time_limit");
        assert_eq!(attach(kind, days(7), ""), "reason_required");
        assert_eq!(attach(kind, days(7), "audit"), "ok");
        let other = MembershipKind::ALL
            .into_iter()
            .find(|other| *other != kind)
            .unwrap();
        assert_eq!(attach(other, NEVER, ""), "ok");
    }
}

#[test]
fn nobody_attaches_a_role_they_are_in_where_they_may_not_add_themself() {
    let constraints = demands(|d| d.disallow_self_add_membership = true);
    let c = payroll(constraints)
        .role("Role-Clerk")
        .member("olga", "Role-Clerk");
    let attach =
        || Edit::create(c.inclusion("Role-Clerk", "Payroll", MembershipKind::Member, NEVER));
    assert_eq!(c.tries("olga", attach()), "self_add");
    assert_eq!(c.tries("omar", attach()), "ok", "another owner may");
    assert_eq!(c.tries("root", attach()), "ok", "an admin may");
    let ownership =
        Edit::create(c.inclusion("Role-Clerk", "Payroll", MembershipKind::Owner, NEVER));
    assert_eq!(
        c.tries("olga", ownership),
        "ok",
        "the tag speaks of membership"
    );
}

#[test]
fn a_membership_that_begins_later_does_not_hide_that_one_attaches_ones_own_role() {
    let constraints = demands(|d| d.disallow_self_add_membership = true);
    let c = payroll(constraints)
        .role("Role-Clerk")
        .member_between("olga", "Role-Clerk", 1, NEVER);
    let attach = Edit::create(c.inclusion("Role-Clerk", "Payroll", MembershipKind::Member, NEVER));
    assert_eq!(c.tries("olga", attach), "self_add");
}

#[test]
fn what_is_behind_the_target_binds_an_attachment_too() {
    // Only mirrored groups nest, but what they nest in may be ours.
    let c = payroll(demands(|d| {
        d.require_member_reason = true;
        d.disallow_self_add_membership = true;
    }));
    let c = c
        .group("Annex")
        .owner("olga", "Annex")
        .attached("Annex", "Payroll", MembershipKind::Member)
        .role("Role-Clerk")
        .member("olga", "Role-Clerk");
    let attach = |why: &str| {
        let mut inclusion = c.inclusion("Role-Clerk", "Annex", MembershipKind::Member, NEVER);
        inclusion.reason = reason(why);
        c.tries("olga", Edit::create(inclusion))
    };
    assert_eq!(attach(""), "reason_required");
    assert_eq!(attach("audit"), "self_add");
}

#[test]
fn a_beginning_moved_forward_is_new_access() {
    let constraints = demands(|d| d.disallow_self_add_membership = true);
    let c = payroll(constraints).member_between("olga", "Payroll", 10, NEVER);
    let before = c.the_fact("olga", "Payroll", MembershipKind::Member);
    let mut after = before.clone();
    after.validity.from = crate::records::NOW;
    assert_eq!(c.tries("olga", Edit::update(before, after)), "self_add");
}

#[test]
fn taking_the_tag_off_in_the_same_change_needs_the_right_to() {
    let c = payroll(demands(|d| d.member_time_limit = limit_of_days(7)));
    let before = c.the_group("Payroll");
    let mut bare = before.clone();
    bare.tags.clear();
    let change = |c: &Company| {
        one(Edit::update(before.clone(), bare.clone()))
            .with(add(c, "ben", MembershipKind::Member, NEVER, ""))
            .with(Edit::update(bare.clone(), before.clone()))
    };
    // The tag is there afterwards, so it binds whoever took it off in between.
    assert_eq!(c.tries("olga", change(&c)), "not_allowed");
    assert_eq!(c.tries("root", change(&c)), "time_limit");
}
