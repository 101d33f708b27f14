//! What a file grants: renewed when it lapsed, left alone where somebody else granted it.

use portcullis_app::{
    import::{Org, Policy},
    sync::SyncSource,
};
use portcullis_model::{Actor, ConnectorId, Refusal, Timestamp};
use serde_json::json;

use crate::town::{NEVER, NOW, Town, days, permission};

fn policy() -> SyncSource<Policy> {
    let group = json!({ "name": "Team", "members": ["ana"], "permissions": ["site:read"] });
    let policy = json!({ "groups": [group] });
    SyncSource::new(serde_json::from_value(policy).unwrap())
}

fn org() -> SyncSource<Org> {
    let org = json!({
        "people": [{ "login": "ana" }],
        "teams": [{ "name": "Team", "members": ["ana"] }],
        "repos": [{ "org": "acme", "name": "site", "people": { "ana": "write" } }],
    });
    SyncSource::new(serde_json::from_value(org).unwrap())
}

/// The town a year later, when all that ended by then has lapsed but is still on record.
fn later(town: &mut Town) -> Timestamp {
    town.now = NOW.plus_days(365);
    town.now
}

/// Lets everything that `by` granted end in ten days.
fn lapse(town: &mut Town, by: Actor) {
    let mut change = portcullis_model::ChangeSet::new(portcullis_model::OperationName::GroupEdit);
    for m in town.world.memberships().filter(|m| m.granted_by == by) {
        change.push(portcullis_model::Edit::update(
            m.clone(),
            m.ending(days(10)),
        ));
    }
    for e in town.world.entitlements().filter(|e| e.granted_by == by) {
        let mut sooner = e.clone();
        sooner.validity.until = days(10);
        change.push(portcullis_model::Edit::update(e.clone(), sooner));
    }
    town.world = town.world.after(&change).unwrap();
}

#[test]
fn both_kinds_of_file_renew_what_has_lapsed() {
    let (policy_file, org_file) = (ConnectorId::POLICY, ConnectorId::IMPORT);
    for file in [policy_file, org_file] {
        let by = Actor::Connector(file);
        let mut town = Town::new().users(&["ana"]).groups(&["Team"]);
        town = town.kept_by(file, &["Team"]);
        let again = |town: &mut Town| {
            if file == policy_file {
                town.as_actor(by, &policy()).unwrap()
            } else {
                town.as_actor(by, &org()).unwrap()
            }
        };
        assert!(!again(&mut town).is_empty());
        assert!(again(&mut town).is_empty(), "nothing to change");
        lapse(&mut town, by);
        let now = later(&mut town);
        let (ana, team) = (town.uid("ana"), town.gid("Team"));
        let member = portcullis_model::MembershipKind::Member;
        assert!(town.world.holds(ana, team, member, now).is_none());
        again(&mut town);
        assert_eq!(
            town.world.holds(ana, team, member, now),
            Some(NEVER),
            "{file}"
        );
        let name = if file == policy_file {
            "site:read"
        } else {
            "repo:acme/site:write"
        };
        assert_eq!(town.world.who_can(name, None, now).len(), 1, "{file}");
        let from = town.direct("ana", "Team").unwrap().validity.from;
        assert_eq!(from, now, "and not for the time between");
        assert!(again(&mut town).is_empty(), "nothing to change");
    }
}

#[test]
fn a_file_takes_over_nothing_that_somebody_else_granted() {
    let mut town = Town::new()
        .users(&["ana"])
        .groups(&["Team"])
        .kept_by(ConnectorId::POLICY, &["Team"])
        .member("ana", "Team");
    town.as_actor(Actor::Connector(ConnectorId::POLICY), &policy())
        .unwrap();
    let root = Actor::User(town.uid("root"));
    assert_eq!(town.direct("ana", "Team").unwrap().granted_by, root);
    let empty: Policy = serde_json::from_value(json!({})).unwrap();
    let empty = SyncSource::new(empty).allowing(1);
    town.as_actor(Actor::Connector(ConnectorId::POLICY), &empty)
        .unwrap();
    assert!(town.direct("ana", "Team").is_some(), "a person granted it");
    assert!(
        town.conferred("Team", "site:read").is_none(),
        "the file granted it"
    );
    // Another permission of that name is not replaced, and not silently left either.
    let mut town = town.confers("Team", permission("site:read", &["staging"]));
    let Err(Refusal::Invalid(faults)) =
        town.as_actor(Actor::Connector(ConnectorId::POLICY), &policy())
    else {
        panic!("it is refused")
    };
    assert_eq!(faults[0].field, "/groups/0/permissions/0");
}

#[test]
fn files_under_different_names_leave_each_other_alone() {
    let other = Actor::Connector(ConnectorId::parse("other-org").unwrap());
    let mut town = Town::new().users(&["ana"]).groups(&["Team"]);
    town = town.kept_by(ConnectorId::IMPORT, &["Team"]);
    town.as_actor(Actor::Connector(ConnectorId::IMPORT), &org())
        .unwrap();
    let nothing: Org = serde_json::from_value(json!({ "people": [] })).unwrap();
    let nothing = SyncSource::new(nothing).allowing(3);
    town.as_actor(other, &nothing).unwrap();
    assert!(town.direct("ana", "Team").is_some());
    town.as_actor(Actor::Connector(ConnectorId::IMPORT), &nothing)
        .unwrap();
    assert!(town.direct("ana", "Team").is_none());
}

#[test]
fn each_fault_of_an_imported_list_is_told_where_it_stands() {
    let wrong = json!({ "lst": "x", "priority": "high", "rules": [{ "access": "permit", "where": {
        "rsrc_type": "doc", "action": "read", "rsrc_match": [] } }] });
    let policy = json!({ "groups": [{ "name": "Team", "rules": [wrong] }] });
    let policy = SyncSource::<Policy>::new(serde_json::from_value(policy).unwrap());
    let mut town = Town::new();
    let Err(Refusal::Invalid(faults)) =
        town.as_actor(Actor::Connector(ConnectorId::POLICY), &policy)
    else {
        panic!("it is refused")
    };
    let mut fields: Vec<_> = faults.iter().map(|fault| &*fault.field).collect();
    fields.sort_unstable();
    let below = "/groups/0/rules/0";
    assert_eq!(
        fields,
        ["list", "lst", "priority", "rules/0/access"].map(|field| format!("{below}/{field}"))
    );
}

/// What an import was compared to do is done as it was found, as of then; in another world, or much later, it is
/// compared again.
#[test]
fn what_was_compared_is_done_as_of_then_and_in_that_world_only() {
    let by = Actor::Connector(ConnectorId::IMPORT);
    let start = || {
        let town = Town::new().users(&["ana"]).groups(&["Team"]);
        town.kept_by(ConnectorId::IMPORT, &["Team"])
    };
    let mut town = start();
    let seen = |town: &Town| {
        let outlook = org().outlook(&town.world, &town.context(by), &[]).unwrap();
        let ids: Vec<_> = outlook
            .change()
            .changes
            .iter()
            .map(|c| c.outline().id)
            .collect();
        assert!(!ids.is_empty());
        (ids, outlook.of(org()))
    };
    let (ids, operation) = seen(&town);
    town.now = NOW.plus_seconds(30);
    let done = town.as_actor(by, &operation).unwrap();
    assert_eq!(
        done.changes
            .iter()
            .map(|c| c.outline().id)
            .collect::<Vec<_>>(),
        ids
    );
    assert_eq!(town.direct("ana", "Team").unwrap().validity.from, NOW);
    let mut late = start();
    let (ids, operation) = seen(&late);
    late.now = NOW.plus_seconds(90);
    let done = late.as_actor(by, &operation).unwrap();
    assert!(done.changes.iter().all(|c| !ids.contains(&c.outline().id)));
    let begun = late.direct("ana", "Team").unwrap().validity.from;
    assert_eq!(begun, NOW.plus_seconds(90));
    let again = town.as_actor(by, &operation).unwrap();
    assert!(again.is_empty(), "there is nothing more to do");

    // Somebody adds her meanwhile: that is theirs, and the file says nothing against it.
    let town = start();
    let (_, operation) = seen(&town);
    let mut town = town.member("ana", "Team");
    let done = town.as_actor(by, &operation).unwrap();
    let root = Actor::User(town.uid("root"));
    assert_eq!(town.direct("ana", "Team").unwrap().granted_by, root);
    assert!(!done.is_empty());
}
