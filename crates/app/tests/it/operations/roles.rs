//! Roles: made from people, from one another, and led into groups.

use std::collections::BTreeSet;

use portcullis_app::{
    group::{AttachRole, DetachRole},
    role::{CloneRole, MergeRoles, People, RoleFromPerson, SplitRole},
};
use portcullis_model::{Expiry, MembershipKind};

use super::{access, nobody_notices, reason, town};
use crate::town::{NEVER, NOW, days, parse};

#[test]
fn a_role_from_a_person_leads_where_they_are_and_takes_nothing_from_anybody() {
    let mut town = town();
    let before = access(&town.world);
    let operation = RoleFromPerson {
        user: town.uid("eve"),
        name: parse!(Name, "Role-Eve"),
        description: Default::default(),
        groups: None,
        reason: reason(),
    };
    town.does("root", &operation);
    let held = |all: &BTreeSet<(String, String, Expiry)>| -> BTreeSet<(String, String)> {
        all.iter()
            .map(|(who, what, _)| (who.clone(), what.clone()))
            .collect()
    };
    let after = access(&town.world);
    assert_eq!(held(&after), held(&before), "nobody can do more or less");
    for (who, what, until) in &before {
        let now = after.iter().find(|(a, b, _)| (a, b) == (who, what));
        assert!(now.is_some_and(|(.., now)| now >= until), "{who}: {what}");
    }
    let role = town.gid("Role-Eve");
    let mut leads: Vec<_> = town
        .world
        .targets_of(role)
        .map(|i| town.world.group(i.target).unwrap().name.to_string())
        .collect();
    leads.sort();
    assert_eq!(leads, ["Payroll", "Wiki"]);
}

#[test]
fn a_clone_leads_where_its_pattern_leads_and_has_its_people_only_if_asked() {
    for (people, members) in [(People::Nobody, 0), (People::Same, 1)] {
        let mut town = town();
        let operation = CloneRole {
            role: town.gid("Role-A"),
            name: parse!(Name, "Role-C"),
            description: None,
            people,
            reason: reason(),
        };
        nobody_notices(&mut town, &operation);
        let copy = town.gid("Role-C");
        assert_eq!(
            town.world.holder_count(copy, MembershipKind::Member, NOW),
            members
        );
        let ends = |role: &str| -> BTreeSet<_> {
            let all = town.world.targets_of(town.gid(role));
            all.map(|i| (i.target, i.validity.until)).collect()
        };
        assert_eq!(ends("Role-C"), ends("Role-A"));
    }
}

#[test]
fn merging_roles_takes_nothing_from_anybody_and_ends_the_one() {
    let mut town = town();
    let before = access(&town.world);
    let operation = MergeRoles {
        into: town.gid("Role-A"),
        from: town.gid("Role-B"),
        reason: reason(),
    };
    town.does("root", &operation);
    assert!(town.world.find_group("Role-B").is_none());
    let after = access(&town.world);
    for (who, what, until) in &before {
        let now = after.iter().find(|(a, b, _)| (a, b) == (who, what));
        assert!(now.is_some_and(|(.., now)| now >= until), "{who}: {what}");
    }
    assert_eq!(
        town.until("ben", "Payroll"),
        Some(NEVER),
        "who came gets the rest"
    );
}

#[test]
fn splitting_a_role_is_noticed_by_nobody() {
    let mut town = town();
    let operation = SplitRole {
        role: town.gid("Role-A"),
        name: parse!(Name, "Role-Pay"),
        description: Default::default(),
        groups: vec![town.gid("Payroll")],
        reason: reason(),
    };
    nobody_notices(&mut town, &operation);
    assert_eq!(town.world.targets_of(town.gid("Role-A")).count(), 1);
    assert_eq!(town.world.targets_of(town.gid("Role-Pay")).count(), 1);
}

#[test]
fn a_role_opens_what_it_is_attached_to_and_closes_what_it_is_detached_from() {
    let mut town = town();
    let attach = AttachRole {
        role: town.gid("Role-B"),
        groups: vec![town.gid("Payroll")],
        kind: MembershipKind::Member,
        until: days(3),
        reason: reason(),
    };
    town.does("root", &attach);
    assert_eq!(town.until("ben", "Payroll"), Some(days(3)));
    let detach = DetachRole {
        role: attach.role,
        groups: attach.groups,
        kind: MembershipKind::Member,
    };
    town.does("root", &detach);
    assert_eq!(town.until("ben", "Payroll"), None);
}
