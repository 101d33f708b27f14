//! How things are named, described and parted into apps.

use portcullis_model::{
    Actor, ConnectorId, Description, Edit, GroupKind, MembershipKind,
    context::Descriptions,
    record::{AppOrigin, AppPart, Authority},
};

use crate::{
    company::Company,
    records::{app, app_group, group, id, name, one, tag},
    rules::{by, edited},
};

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
        // A prefix alone is no name, and an app `Pay-Roll` to come needs its owners group.
        (group("Role-", GroupKind::Role), "invalid"),
        (group("role-", GroupKind::Role), "invalid"),
        (pay("App-Pay-"), "invalid"),
        (pay("App-Pay-Roll-Owners"), "invalid"),
        (pay("App-Pay-Roll-owners"), "invalid"),
        (pay("App-Pay-CoOwners"), "ok"),
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
        g.description = Description::parse("old").unwrap();
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
    let mut other = crate::records::user("BEN");
    other.email = None;
    assert_eq!(c.tries("root", Edit::create(other)), "name_taken");
    let mut other = crate::records::user("benno");
    other.email = crate::records::user("Ben").email;
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
    let end = one(Edit::end(c.the_fact(
        "abe",
        "App-Pay-Owners",
        MembershipKind::Owner,
    )))
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
        g.kind = app_group("Pay", "-", AppPart::Access).kind;
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
        g.name = name("App-Gate-Owners");
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
    mirror.authority = Authority::External(ConnectorId::EXTERNAL);
    mirror.source = Some(ConnectorId::IMPORT);
    assert_eq!(
        by(
            &c,
            Actor::Connector(ConnectorId::IMPORT),
            one(Edit::create(mirror))
        ),
        "ok"
    );
}
