//! What may be true at all, whoever acts: every rule of `guard/rules`.

use portcullis_model::{
    Actor, ChangeSet, ConnectorId, Description, Edit, Granted, Group, GroupKind, MembershipKind,
    Record, Request, State, SystemActor, guard, record::Authority, request::Resolution,
};

use crate::company::Company;
use crate::records::{NEVER, NOW, code, days, id, name, one, reason, tag};

pub(crate) fn edited<T: Record>(before: &T, edit: impl FnOnce(&mut T)) -> Edit<T> {
    let mut after = before.clone();
    edit(&mut after);
    Edit::update(before.clone(), after)
}

pub(crate) fn by(c: &Company, actor: Actor, change: ChangeSet) -> &'static str {
    code(&guard(&c.world, change, &c.as_actor(actor)))
}

#[test]
fn the_last_admin_cannot_leave() {
    let c = Company::new().user("ada");
    let leave = |c: &Company| {
        Edit::end(c.the_fact("root", "App-Portcullis-Owners", MembershipKind::Member))
    };
    assert_eq!(c.tries("root", leave(&c)), "last_admin");
    let gone = one(leave(&c)).with(Edit::end(crate::records::user("root")));
    assert_eq!(c.tries("root", gone), "last_admin");
    let two = c.member("ada", "App-Portcullis-Owners");
    assert_eq!(two.tries("root", leave(&two)), "ok");
}

#[test]
fn an_admin_to_come_or_an_owner_of_the_group_is_no_admin_yet() {
    let c = Company::new()
        .user("ada")
        .member_between("ada", "App-Portcullis-Owners", 1, NEVER)
        .owner("ada", "App-Portcullis-Owners");
    let leave = Edit::end(c.the_fact("root", "App-Portcullis-Owners", MembershipKind::Member));
    assert_eq!(c.tries("root", leave), "last_admin");
}

#[test]
fn the_last_role_that_makes_admins_cannot_be_detached() {
    let c = Company::without_admin()
        .user("root")
        .role("Role-Root")
        .member("root", "Role-Root")
        .attached("Role-Root", "App-Portcullis-Owners", MembershipKind::Member);
    let detach = Edit::end(c.the_inclusion("Role-Root", "App-Portcullis-Owners"));
    assert_eq!(c.tries("root", detach), "last_admin");
}

#[test]
fn time_may_end_the_last_admin_and_a_new_company_needs_none() {
    let c = Company::new();
    let end = one(Edit::end(c.the_fact(
        "root",
        "App-Portcullis-Owners",
        MembershipKind::Member,
    )));
    assert_eq!(by(&c, Actor::System(SystemActor::Time), end), "ok");
    let c = Company::without_admin().group("Team");
    let end = one(Edit::end(c.the_group("Team")));
    assert_eq!(by(&c, Actor::System(SystemActor::Operator), end), "ok");
}

#[test]
fn an_end_is_to_come_and_after_the_beginning() {
    let c = Company::new().user("ben").group("Team").role("Role-Ops");
    let mut fact = c.membership("ben", "Team", MembershipKind::Member, days(0));
    assert_eq!(c.tries("root", Edit::create(fact.clone())), "invalid");
    fact.validity.from = NOW.plus_days(3);
    fact.validity.until = days(2);
    assert_eq!(c.tries("root", Edit::create(fact)), "invalid");
    let inclusion = c.inclusion("Role-Ops", "Team", MembershipKind::Member, days(-1));
    assert_eq!(c.tries("root", Edit::create(inclusion)), "invalid");
    let entitlement = c.entitlement("Team", "site:read", days(-1));
    assert_eq!(c.tries("root", Edit::create(entitlement)), "invalid");
    let c = c.member("ben", "Team");
    let before = c.the_fact("ben", "Team", MembershipKind::Member);
    let mut after = before.clone();
    after.validity.until = days(0);
    assert_eq!(c.tries("root", Edit::update(before, after)), "invalid");
}

#[test]
fn mirrored_groups_are_changed_outside_only() {
    let c = Company::new()
        .users(["ben", "olga"])
        .mirrored_group("Mirror")
        .role("Role-Ops")
        .owner("olga", "Mirror");
    let describe = |g: &mut Group| g.description = Description::parse("ours").unwrap();
    let mirror = c.the_group("Mirror");
    let add = || Edit::create(c.membership("ben", "Mirror", MembershipKind::Member, NEVER));
    let attach = || Edit::create(c.inclusion("Role-Ops", "Mirror", MembershipKind::Member, NEVER));
    let ask = Edit::create(c.request("ben", "Mirror", MembershipKind::Member, NEVER));
    assert_eq!(c.tries("root", add()), "unmanaged_group");
    assert_eq!(c.tries("root", attach()), "unmanaged_group");
    assert_eq!(
        c.tries("root", edited(&mirror, describe)),
        "unmanaged_group"
    );
    assert_eq!(c.tries("ben", ask), "unmanaged_group");
    assert_eq!(
        by(&c, Actor::Connector(ConnectorId::IMPORT), one(add())),
        "ok"
    );
    assert_eq!(
        by(
            &c,
            Actor::Connector(ConnectorId::IMPORT),
            one(edited(&mirror, describe))
        ),
        "ok"
    );
    let adopt = edited(&mirror, |g| g.authority = Authority::Portcullis);
    assert_eq!(c.tries("olga", adopt.clone()), "not_allowed");
    assert_eq!(c.tries("root", adopt), "ok");
    // Adopting it in the same change does not let people in before it is ours.
    let both = one(edited(&mirror, |g| g.authority = Authority::Portcullis)).with(add());
    assert_eq!(c.tries("root", both), "unmanaged_group");
}

#[test]
fn a_person_who_is_deleted_leaves_mirrored_groups_too() {
    let c = Company::new()
        .user("ben")
        .mirrored_group("Mirror")
        .member("ben", "Mirror");
    let leave = one(Edit::end(c.the_fact(
        "ben",
        "Mirror",
        MembershipKind::Member,
    )));
    assert_eq!(c.tries("root", leave.clone()), "unmanaged_group");
    assert_eq!(
        c.tries("root", leave.with(Edit::end(crate::records::user("ben")))),
        "ok"
    );
}

#[test]
fn only_roles_lead_into_groups_and_nothing_leads_into_a_role() {
    let c = Company::new()
        .group("Team")
        .group("Other")
        .role("Role-A")
        .role("Role-B");
    let attach = |c: &Company, child: &str, target: &str| {
        c.tries(
            "root",
            Edit::create(c.inclusion(child, target, MembershipKind::Member, NEVER)),
        )
    };
    assert_eq!(attach(&c, "Role-A", "Team"), "ok");
    assert_eq!(attach(&c, "Other", "Team"), "not_a_role");
    assert_eq!(attach(&c, "Role-A", "Role-B"), "role_as_target");
    let c = c.attached("Role-A", "Team", MembershipKind::Member);
    let team = c.the_group("Team");
    let into_role = edited(&team, |g| {
        g.kind = GroupKind::Role;
        g.name = name("Role-Team");
    });
    assert_eq!(c.tries("root", into_role), "role_as_target");
    let role = c.the_group("Role-A");
    let out_of_role = edited(&role, |g| {
        g.kind = GroupKind::Group;
        g.name = name("A");
    });
    assert_eq!(c.tries("root", out_of_role.clone()), "role_in_use");
    let detached = one(Edit::end(c.the_inclusion("Role-A", "Team"))).with(out_of_role);
    assert_eq!(c.tries("root", detached), "ok");
}

#[test]
fn groups_never_contain_each_other() {
    let c = Company::new().group("A").group("B").group("C");
    let c = c
        .kept_by(ConnectorId::IMPORT, &["A", "B", "C"])
        .attached("A", "B", MembershipKind::Member)
        .attached("B", "C", MembershipKind::Member);
    let back = |from, to| {
        one(Edit::create(c.inclusion(
            from,
            to,
            MembershipKind::Member,
            NEVER,
        )))
    };
    assert_eq!(
        by(&c, Actor::Connector(ConnectorId::IMPORT), back("C", "A")),
        "cycle"
    );
    assert_eq!(
        by(&c, Actor::Connector(ConnectorId::IMPORT), back("A", "A")),
        "cycle"
    );
    assert_eq!(
        by(&c, Actor::Connector(ConnectorId::IMPORT), back("A", "C")),
        "ok"
    );
}

#[test]
fn what_is_used_is_not_deleted() {
    let c = Company::new()
        .user("ben")
        .group("Team")
        .member("ben", "Team")
        .tag("T", Default::default())
        .tagged("Team", "T")
        .app("Pay", "ben");
    assert_eq!(
        c.tries("root", Edit::end(crate::records::user("ben"))),
        "in_use"
    );
    assert_eq!(c.tries("root", Edit::end(c.the_group("Team"))), "in_use");
    assert_eq!(
        c.tries("root", Edit::end(tag("T", Default::default()))),
        "in_use"
    );
    assert_eq!(c.tries("root", Edit::end(c.the_app("Pay"))), "in_use");
}

#[test]
fn no_request_waits_for_what_is_no_more() {
    let c = Company::new().user("ben").group("Team").asked(
        "ben",
        "Team",
        MembershipKind::Member,
        NEVER,
    );
    let unmanaged = edited(&c.the_group("Team"), |g| {
        g.authority = Authority::External(ConnectorId::EXTERNAL);
    });
    let reject = c.rejection("root", "ben");
    for end in [
        one(Edit::end(c.the_group("Team"))),
        one(Edit::end(crate::records::user("ben"))),
        one(unmanaged),
    ] {
        assert_eq!(c.tries("root", end.clone()), "request_waits");
        let mut before = reject.clone();
        before.changes.extend(end.changes.clone());
        assert_eq!(c.tries("root", before), "ok", "rejected first");
        let mut after = end;
        after.changes.extend(reject.changes.clone());
        assert_eq!(c.tries("root", after), "ok", "or last");
    }
}

#[test]
fn an_owner_who_deletes_the_group_may_reject_but_not_grant_what_waits_for_it() {
    let c = Company::new()
        .users(["olga", "ben"])
        .group("Team")
        .owner("olga", "Team")
        .asked("olga", "Team", MembershipKind::Member, NEVER);
    let delete = |request: Edit<Request>| {
        one(request)
            .with(Edit::end(c.the_fact("olga", "Team", MembershipKind::Owner)))
            .with(Edit::end(c.the_group("Team")))
    };
    let resolved = |state: State| {
        let before = c.the_request("olga");
        let after = Request {
            state,
            ..before.clone()
        };
        delete(Edit::update(before, after))
    };
    let resolution = Resolution {
        reason: reason("deleted"),
        ..c.resolution("olga")
    };
    let rejected = State::Rejected {
        resolution: resolution.clone(),
    };
    assert_eq!(c.tries("olga", resolved(rejected)), "ok");
    let approved = State::Approved {
        resolution,
        granted_until: NEVER,
        granted: Granted::Membership(id("nothing")),
    };
    assert_eq!(c.tries("olga", resolved(approved)), "not_allowed");
}
