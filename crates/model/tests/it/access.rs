//! Effective access, rule by rule. The properties try the same on random worlds.

use portcullis_model::{ChangeSet, Edit, Expiry, MembershipKind, OperationName, Timestamp, World};

use crate::company::Company;
use crate::records::{NEVER, NOW, days, one};

fn until(
    c: &Company,
    who: &str,
    group: &str,
    kind: MembershipKind,
    now: Timestamp,
) -> Option<Expiry> {
    c.world.holds(c.uid(who), c.gid(group), kind, now)
}

#[test]
fn expired_membership_grants_nothing() {
    let c = Company::new()
        .user("ben")
        .group("Team")
        .confers("Team", "site:read")
        .member_between("ben", "Team", -10, days(2));
    let has = |days| {
        let now = NOW.plus_days(days);
        let held = until(&c, "ben", "Team", MembershipKind::Member, now).is_some();
        assert_eq!(held, !c.world.who_can("site:read", None, now).is_empty());
        assert_eq!(held, !c.world.access_of(c.uid("ben"), now).is_empty());
        held
    };
    assert!(has(1));
    assert!(!has(2), "the end itself is outside");
    assert!(!has(3));
}

#[test]
fn a_membership_that_begins_tomorrow_grants_nothing_today() {
    let c = Company::new()
        .user("ben")
        .group("Team")
        .member_between("ben", "Team", 1, NEVER);
    assert_eq!(until(&c, "ben", "Team", MembershipKind::Member, NOW), None);
    assert_eq!(
        until(&c, "ben", "Team", MembershipKind::Member, NOW.plus_days(1)),
        Some(NEVER)
    );
}

#[test]
fn a_path_ends_with_its_earliest_end_and_access_with_its_latest_path() {
    let c = Company::new()
        .user("ben")
        .group("Team")
        .role("Role-A")
        .role("Role-B")
        .member_between("ben", "Role-A", -1, days(30))
        .attached_until("Role-A", "Team", MembershipKind::Member, days(5))
        .member_between("ben", "Role-B", -1, days(9))
        .attached("Role-B", "Team", MembershipKind::Member)
        .member_between("ben", "Team", -1, days(3));
    assert_eq!(
        until(&c, "ben", "Team", MembershipKind::Member, NOW),
        Some(days(9))
    );
    let paths = c
        .world
        .paths(c.uid("ben"), c.gid("Team"), MembershipKind::Member, NOW);
    let ends: Vec<_> = paths
        .iter()
        .map(|path| (path.via.len(), path.until))
        .collect();
    assert_eq!(ends, [(0, days(3)), (1, days(9)), (1, days(5))]);
    assert!(paths[0].is_direct());
    let steps: Vec<_> = paths[1]
        .steps(&c.world)
        .iter()
        .map(|s| s.group.name.to_string())
        .collect();
    assert_eq!(steps, ["Role-B", "Team"]);
}

#[test]
fn owning_a_role_leads_nowhere_and_owning_is_not_membership() {
    let c = Company::new()
        .users(["ben", "olga"])
        .group("Team")
        .role("Role-A")
        .confers("Team", "site:read")
        .owner("olga", "Role-A")
        .owner("ben", "Team")
        .attached("Role-A", "Team", MembershipKind::Member);
    assert!(c.world.who_can("site:read", None, NOW).is_empty());
    assert_eq!(until(&c, "ben", "Team", MembershipKind::Member, NOW), None);
}

#[test]
fn members_of_a_role_that_owns_a_group_own_it() {
    let c = Company::new()
        .user("ben")
        .group("Team")
        .role("Role-A")
        .member("ben", "Role-A")
        .attached("Role-A", "Team", MembershipKind::Owner);
    assert_eq!(
        until(&c, "ben", "Team", MembershipKind::Owner, NOW),
        Some(NEVER)
    );
    assert_eq!(until(&c, "ben", "Team", MembershipKind::Member, NOW), None);
}

#[test]
fn a_permission_ends_with_the_entitlement_or_the_membership() {
    let c = Company::new()
        .user("ben")
        .group("Team")
        .member_between("ben", "Team", -1, days(9));
    let c = c.has(Edit::create(c.entitlement("Team", "Site:Read", days(4))));
    let who = c.world.who_can("site:read", Some("production"), NOW);
    assert_eq!((who.len(), who[0].until), (1, days(4)));
    let mine = c.world.permissions_of(c.uid("ben"), NOW);
    assert_eq!((mine.len(), mine[0].until), (1, days(4)));
    assert!(
        c.world
            .who_can("site:read", None, NOW.plus_days(4))
            .is_empty()
    );
}

#[test]
fn the_shortest_paths_are_listed_and_every_direct_one() {
    let mut c = Company::new()
        .user("ben")
        .group("Team")
        .member("ben", "Team");
    for n in 0..40 {
        let role = format!("Role-{n}");
        c = c
            .role(&role)
            .member("ben", &role)
            .attached(&role, "Team", MembershipKind::Member);
    }
    let paths = c
        .world
        .paths(c.uid("ben"), c.gid("Team"), MembershipKind::Member, NOW);
    assert_eq!(paths.len(), 32);
    assert!(paths[0].is_direct());
    assert!(
        c.world
            .access_of(c.uid("ben"), NOW)
            .iter()
            .all(|access| !access.paths.is_empty())
    );
}

#[test]
fn the_next_end_is_the_next_instant_at_which_anything_ends_or_begins() {
    let c = Company::new().user("ben").group("Team").role("Role-A");
    assert_eq!(c.world.next_transition(NOW), None);
    let c = c.member_between("ben", "Team", -1, days(9));
    assert_eq!(c.world.next_transition(NOW), days(9).instant());
    let c = c.attached_until("Role-A", "Team", MembershipKind::Member, days(7));
    assert_eq!(c.world.next_transition(NOW), days(7).instant());
    let c = c.has(Edit::create(c.entitlement("Team", "site:read", days(5))));
    assert_eq!(c.world.next_transition(NOW), days(5).instant());
    let c = c.member_between("ben", "Role-A", 3, NEVER);
    assert_eq!(c.world.next_transition(NOW), days(3).instant());
    assert_eq!(
        c.world.next_transition(NOW.plus_days(3)),
        days(5).instant(),
        "strictly after"
    );
    let c = c.has(Edit::end(c.world.entitlements().next().unwrap().clone()));
    assert_eq!(c.world.next_transition(NOW.plus_days(3)), days(7).instant());
    let c = c.has(Edit::end(c.the_inclusion("Role-A", "Team")));
    let c = c.has(Edit::end(c.the_fact("ben", "Team", MembershipKind::Member)));
    assert_eq!(c.world.next_transition(NOW.plus_days(3)), None);
}

#[test]
fn what_ends_soon_is_found_soonest_first() {
    let c = Company::new()
        .users(["ada", "ben", "cleo", "dan", "ella"])
        .group("Team")
        .member_between("ada", "Team", -1, days(3))
        .member_between("ben", "Team", -1, days(1))
        .member_between("cleo", "Team", -1, days(4))
        .member_between("dan", "Team", 1, days(2))
        .member("ella", "Team");
    let by = NOW.plus_days(3);
    let soon: Vec<_> = c.world.memberships_ending(NOW, by).collect();
    let who: Vec<_> = soon
        .iter()
        .map(|m| c.world.user(m.user).unwrap().login.as_str())
        .collect();
    assert_eq!(who, ["ben", "ada"], "dan's has not begun");
    assert_eq!(World::ending(c.world.memberships(), NOW, by), soon);
}

#[test]
fn a_change_counts_one_position_and_leaves_the_world_it_came_from_alone() {
    let c = Company::new().user("ben").group("Team");
    let add = one(Edit::create(c.membership(
        "ben",
        "Team",
        MembershipKind::Member,
        NEVER,
    )));
    let after = c.world.after(&add).unwrap();
    assert_eq!(after.position(), c.world.position().next());
    assert_eq!(
        (c.world.membership_count(), after.membership_count()),
        (1, 2)
    );
    let nothing = c
        .world
        .after(&ChangeSet::new(OperationName::GroupEdit))
        .unwrap();
    assert_eq!(nothing.position(), c.world.position().next());
}

#[test]
fn people_are_listed_by_login_whatever_its_case() {
    let c = Company::new()
        .group("Team")
        .users(["bert", "Anna", "Cleo", "dora"]);
    let c = ["bert", "Anna", "Cleo", "dora"]
        .into_iter()
        .fold(c, |c, who| c.member(who, "Team"));
    let logins: Vec<_> = c
        .world
        .holders(c.gid("Team"), MembershipKind::Member, NOW)
        .iter()
        .map(|holder| holder.user.login.to_string())
        .collect();
    assert_eq!(logins, ["Anna", "bert", "Cleo", "dora"]);
}

#[test]
fn spelling_does_not_make_two_permissions() {
    let c = Company::new()
        .user("ben")
        .group("Team")
        .group("Crew")
        .confers("Team", "Site:Read");
    let c = c.confers("Crew", "site:read").member("ben", "Team");
    let both = one(Edit::end(c.the_fact("ben", "Team", MembershipKind::Member))).with(
        Edit::create(c.membership("ben", "Crew", MembershipKind::Member, days(3))),
    );
    let diff = c.world.diff(&c.world.after(&both).unwrap(), NOW);
    let permissions = diff.changes.len();
    assert_eq!(
        (diff.gains.len(), diff.losses.len(), permissions),
        (1, 1, 1),
        "{diff:?}"
    );
}
