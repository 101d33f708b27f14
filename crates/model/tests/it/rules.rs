//! What may be true at all, whoever acts: every rule of `guard/rules`.

use portcullis_model::{
    Actor, ChangeSet, Description, Edit, Group, GroupKind, Kind, Request, State, SystemActor,
    context::Descriptions,
    guard,
    record::{AppOrigin, AppPart, Authority},
    request::Resolution,
};

use crate::company::{
    Company, NEVER, NOW, app, app_group, code, days, group, id, name, one, reason, tag,
};

fn edited(before: &Group, edit: impl FnOnce(&mut Group)) -> Edit<Group> {
    let mut after = before.clone();
    edit(&mut after);
    Edit::update(before.clone(), after)
}

fn by(c: &Company, system: SystemActor, change: ChangeSet) -> &'static str {
    code(&guard(&c.world, change, &c.as_actor(Actor::System(system))))
}

#[test]
fn the_last_admin_cannot_leave() {
    let c = Company::new().user("ada");
    let leave = |c: &Company| Edit::end(c.the_fact("root", "App-Portcullis-Owners", Kind::Member));
    assert_eq!(c.tries("root", leave(&c)), "last_admin");
    let gone = one(leave(&c)).with(Edit::end(crate::company::user("root")));
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
    let leave = Edit::end(c.the_fact("root", "App-Portcullis-Owners", Kind::Member));
    assert_eq!(c.tries("root", leave), "last_admin");
}

#[test]
fn the_last_role_that_makes_admins_cannot_be_detached() {
    let c = Company::without_admin()
        .user("root")
        .role("Role-Root")
        .member("root", "Role-Root")
        .attached("Role-Root", "App-Portcullis-Owners", Kind::Member);
    let detach = Edit::end(c.the_inclusion("Role-Root", "App-Portcullis-Owners"));
    assert_eq!(c.tries("root", detach), "last_admin");
}

#[test]
fn time_may_end_the_last_admin_and_a_new_company_needs_none() {
    let c = Company::new();
    let end = one(Edit::end(c.the_fact(
        "root",
        "App-Portcullis-Owners",
        Kind::Member,
    )));
    assert_eq!(by(&c, SystemActor::Time, end), "ok");
    let c = Company::without_admin().group("Team");
    let end = one(Edit::end(c.the_group("Team")));
    assert_eq!(by(&c, SystemActor::Operator, end), "ok");
}

#[test]
fn an_end_is_to_come_and_after_the_beginning() {
    let c = Company::new().user("ben").group("Team").role("Role-Ops");
    let mut fact = c.membership("ben", "Team", Kind::Member, days(0));
    assert_eq!(c.tries("root", Edit::create(fact.clone())), "invalid");
    fact.validity.from = NOW.plus_days(3);
    fact.validity.until = days(2);
    assert_eq!(c.tries("root", Edit::create(fact)), "invalid");
    let inclusion = c.inclusion("Role-Ops", "Team", Kind::Member, days(-1));
    assert_eq!(c.tries("root", Edit::create(inclusion)), "invalid");
    let entitlement = c.entitlement("Team", "site:read", days(-1));
    assert_eq!(c.tries("root", Edit::create(entitlement)), "invalid");
    let c = c.member("ben", "Team");
    let before = c.the_fact("ben", "Team", Kind::Member);
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
    let add = || Edit::create(c.membership("ben", "Mirror", Kind::Member, NEVER));
    let attach = || Edit::create(c.inclusion("Role-Ops", "Mirror", Kind::Member, NEVER));
    let ask = Edit::create(c.request("ben", "Mirror", Kind::Member, NEVER));
    assert_eq!(c.tries("root", add()), "unmanaged_group");
    assert_eq!(c.tries("root", attach()), "unmanaged_group");
    assert_eq!(
        c.tries("root", edited(&mirror, describe)),
        "unmanaged_group"
    );
    assert_eq!(c.tries("ben", ask), "unmanaged_group");
    assert_eq!(by(&c, SystemActor::Import, one(add())), "ok");
    assert_eq!(
        by(&c, SystemActor::Import, one(edited(&mirror, describe))),
        "ok"
    );
    let adopt = edited(&mirror, |g| g.authority = Authority::Managed);
    assert_eq!(c.tries("olga", adopt.clone()), "not_allowed");
    assert_eq!(c.tries("root", adopt), "ok");
    // Adopting it in the same change does not let people in before it is ours.
    let both = one(edited(&mirror, |g| g.authority = Authority::Managed)).with(add());
    assert_eq!(c.tries("root", both), "unmanaged_group");
}

#[test]
fn a_person_who_is_deleted_leaves_mirrored_groups_too() {
    let c = Company::new()
        .user("ben")
        .mirrored_group("Mirror")
        .member("ben", "Mirror");
    let leave = one(Edit::end(c.the_fact("ben", "Mirror", Kind::Member)));
    assert_eq!(c.tries("root", leave.clone()), "unmanaged_group");
    assert_eq!(
        c.tries("root", leave.with(Edit::end(crate::company::user("ben")))),
        "ok"
    );
}

#[test]
fn names_keep_to_the_prefixes_of_their_kind() {
    let c = Company::new().user("abe").app("Pay", "abe");
    let pay = |called| app_group("Pay", called, AppPart::Access);
    for (new, wanted) in [
        (group("Team", GroupKind::Group), "ok"),
        (group("Role-Team", GroupKind::Group), "invalid"),
        (group("role-team", GroupKind::Group), "invalid"),
        (group("App-Team", GroupKind::Group), "invalid"),
        (group("Role-Ops", GroupKind::Role), "ok"),
        (group("Ops", GroupKind::Role), "invalid"),
        (group("App-Ops", GroupKind::Role), "invalid"),
        (pay("App-Pay-Users"), "ok"),
        (pay("App-Bank-Users"), "invalid"),
        (pay("Pay-Users"), "invalid"),
        (pay("App-Pay-owners"), "invalid"),
    ] {
        let called = new.name.clone();
        let wanted = if wanted == "invalid" && *called == *"App-Pay-owners" {
            "name_taken"
        } else {
            wanted
        };
        assert_eq!(c.tries("root", Edit::create(new)), wanted, "{called}");
    }
}

#[test]
fn the_owners_name_is_kept_for_the_owners_group() {
    let c = Company::new().user("abe");
    let access = app_group("Pay", "App-Pay-Owners", AppPart::Access);
    let owners = app_group("Pay", "App-Pay-Bosses", AppPart::Owners);
    let change = one(Edit::create(app("Pay")))
        .with(Edit::create(owners))
        .with(Edit::create(access));
    assert_eq!(c.tries("root", change), "invalid");
}

#[test]
fn an_old_name_that_fits_no_rule_may_stay_while_it_is_not_touched() {
    let c = Company::new().group("Role-Legacy");
    let before = c.the_group("Role-Legacy");
    let describe = edited(&before, |g| {
        g.description = Description::parse("old").unwrap()
    });
    assert_eq!(c.tries("root", describe), "ok");
    assert_eq!(
        c.tries("root", edited(&before, |g| g.name = name("Role-Older"))),
        "invalid"
    );
}

#[test]
fn names_are_unique_whatever_their_case() {
    let c = Company::new()
        .group("Team")
        .user("ben")
        .tag("Hot", Default::default());
    let clash = group("TEAM", GroupKind::Group);
    assert_eq!(c.tries("root", Edit::create(clash)), "name_taken");
    let mut other = crate::company::user("BEN");
    other.email = None;
    assert_eq!(c.tries("root", Edit::create(other)), "name_taken");
    let mut other = crate::company::user("benno");
    other.email = crate::company::user("Ben").email;
    assert_eq!(c.tries("root", Edit::create(other)), "name_taken");
    assert_eq!(
        c.tries("root", Edit::create(tag("HOT", Default::default()))),
        "name_taken"
    );
    assert_eq!(
        c.tries("root", Edit::create(app("portcullis"))),
        "name_taken"
    );
    // Its own name in another case is no clash, and a name that is free again may be taken.
    let before = c.the_group("Team");
    assert_eq!(
        c.tries("root", edited(&before, |g| g.name = name("TEAM"))),
        "ok"
    );
    let again = one(Edit::end(before)).with(Edit::create(group("team", GroupKind::Group)));
    assert_eq!(c.tries("root", again), "ok");
}

#[test]
fn an_app_has_exactly_one_owners_group_named_after_it() {
    let c = Company::new()
        .user("abe")
        .app("Pay", "abe")
        .app("Bank", "abe");
    let owners = c.the_group("App-Pay-Owners");
    let end = one(Edit::end(c.the_fact("abe", "App-Pay-Owners", Kind::Owner)))
        .with(Edit::end(owners.clone()));
    assert_eq!(c.tries("root", end.clone()), "last_owners_group");
    assert_eq!(c.tries("abe", end.with(Edit::end(c.the_app("Pay")))), "ok");
    assert_eq!(
        c.tries("root", Edit::create(app("New"))),
        "last_owners_group"
    );
    let second = app_group("Pay", "App-Pay-Owners2", AppPart::Owners);
    assert_eq!(c.tries("root", Edit::create(second)), "second_owners_group");
    let rename = edited(&owners, |g| g.name = name("App-Pay-Bosses"));
    assert_eq!(c.tries("root", rename), "owners_group_name");
    let demote = edited(&owners, |g| {
        g.kind = app_group("Pay", "-", AppPart::Access).kind
    });
    assert_eq!(c.tries("root", demote), "last_owners_group");
}

#[test]
fn an_owners_group_cannot_be_moved_even_with_a_tag_edit() {
    let c = Company::new()
        .user("abe")
        .app("Pay", "abe")
        .app("Bank", "abe");
    let c = c.tag("T", Default::default());
    let moved = edited(&c.the_group("App-Pay-Owners"), |g| {
        g.kind = app_group("Bank", "-", AppPart::Owners).kind;
        g.tags.push(id("tag T"));
    });
    for who in ["abe", "root"] {
        assert_eq!(c.tries(who, moved.clone()), "last_owners_group");
    }
}

#[test]
fn an_app_takes_its_groups_along_when_it_is_renamed() {
    let c = Company::new()
        .user("abe")
        .app("Pay", "abe")
        .app_group("Pay", "Users");
    let before = c.the_app("Pay");
    let mut after = before.clone();
    after.name = name("Wages");
    let alone = one(Edit::update(before, after));
    assert_eq!(c.tries("abe", alone.clone()), "app_group_name");
    let rename = |old: &str, new: &str| edited(&c.the_group(old), |g| g.name = name(new));
    let all = alone
        .with(rename("App-Pay-Users", "App-Wages-Users"))
        .with(rename("App-Pay-Owners", "App-Wages-Owners"));
    assert_eq!(c.tries("abe", all), "ok");
}

#[test]
fn the_built_in_app_stays_what_it_is() {
    let c = Company::new();
    let before = c.the_app("Portcullis");
    let mut renamed = before.clone();
    renamed.name = name("Gate");
    let mut made = before.clone();
    made.origin = AppOrigin::Made;
    for after in [renamed, made] {
        assert_eq!(
            c.tries("root", Edit::update(before.clone(), after)),
            "built_in_app"
        );
    }
    let c = c.tag("T", Default::default());
    let mut tagged = before.clone();
    tagged.tags.push(id("tag T"));
    assert_eq!(c.tries("root", Edit::update(before, tagged)), "ok");
    let owners = edited(&c.the_group("App-Portcullis-Owners"), |g| {
        g.name = name("App-Gate-Owners")
    });
    assert_eq!(c.tries("root", owners), "owners_group_name");
}

#[test]
fn a_description_is_demanded_where_the_settings_say_so_of_what_is_new() {
    let mut c = Company::new().user("abe").app("Pay", "abe").group("Old");
    c.policy.descriptions = Descriptions::Required;
    assert_eq!(
        c.tries("root", Edit::create(group("New", GroupKind::Group))),
        "invalid"
    );
    assert_eq!(
        c.tries("root", Edit::create(tag("New", Default::default()))),
        "invalid"
    );
    let with_owners = one(Edit::create(app("New"))).with(Edit::create(app_group(
        "New",
        "App-New-Owners",
        AppPart::Owners,
    )));
    assert_eq!(c.tries("root", with_owners), "invalid");
    // What has none from before may be edited in other ways.
    let old = c.the_group("Old");
    assert_eq!(
        c.tries("root", edited(&old, |g| g.name = name("Older"))),
        "ok"
    );
    // A mirror takes what comes.
    let mut mirror = group("Mirror", GroupKind::Group);
    mirror.authority = Authority::Unmanaged;
    assert_eq!(by(&c, SystemActor::Import, one(Edit::create(mirror))), "ok");
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
            Edit::create(c.inclusion(child, target, Kind::Member, NEVER)),
        )
    };
    assert_eq!(attach(&c, "Role-A", "Team"), "ok");
    assert_eq!(attach(&c, "Other", "Team"), "not_a_role");
    assert_eq!(attach(&c, "Role-A", "Role-B"), "role_as_target");
    let c = c.attached("Role-A", "Team", Kind::Member);
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
        .attached("A", "B", Kind::Member)
        .attached("B", "C", Kind::Member);
    let back = |from, to| one(Edit::create(c.inclusion(from, to, Kind::Member, NEVER)));
    assert_eq!(by(&c, SystemActor::Import, back("C", "A")), "cycle");
    assert_eq!(by(&c, SystemActor::Import, back("A", "A")), "cycle");
    assert_eq!(by(&c, SystemActor::Import, back("A", "C")), "ok");
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
        c.tries("root", Edit::end(crate::company::user("ben"))),
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
    let c = Company::new()
        .user("ben")
        .group("Team")
        .asked("ben", "Team", Kind::Member, NEVER);
    let unmanaged = edited(&c.the_group("Team"), |g| g.authority = Authority::Unmanaged);
    let reject = c.rejection("root", "ben");
    for end in [
        one(Edit::end(c.the_group("Team"))),
        one(Edit::end(crate::company::user("ben"))),
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
        .asked("olga", "Team", Kind::Member, NEVER);
    let delete = |request: Edit<Request>| {
        one(request)
            .with(Edit::end(c.the_fact("olga", "Team", Kind::Owner)))
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
        membership: id("nothing"),
    };
    assert_eq!(c.tries("olga", resolved(approved)), "not_allowed");
}
