//! What is undone, and what is imported again.

use portcullis_app::{
    group::RemovePeople,
    import::{Org, Policy},
    log::Undo,
    role::MergeRoles,
    sync::SyncSource,
};
use portcullis_model::{Actor, ConnectorId, MembershipKind, Position};
use serde_json::json;

use super::{access, code, reason, town};
use crate::town::{NOW, Town};

#[test]
fn what_is_undone_is_as_it_was() {
    let mut town = town();
    let before = access(&town.world);
    let merge = MergeRoles {
        into: town.gid("Role-A"),
        from: town.gid("Role-B"),
        reason: reason(),
    };
    let change = town.does("root", &merge);
    assert_ne!(access(&town.world), before);
    let undo = Undo {
        position: Position(1),
        change,
    };
    town.does("root", &undo);
    assert_eq!(access(&town.world), before);
    assert_eq!(
        code(town.tries("root", &undo)),
        "cannot_undo",
        "once is enough"
    );
}

#[test]
fn what_has_lapsed_since_does_not_come_back() {
    let mut town = town();
    let remove = RemovePeople {
        group: town.gid("Payroll"),
        kind: MembershipKind::Member,
        users: vec![town.uid("eve")],
    };
    let change = town.does("root", &remove);
    town.now = NOW.plus_days(6);
    let undo = Undo {
        position: Position(1),
        change,
    };
    assert_eq!(code(town.tries("root", &undo)), "nothing_to_undo");
}

#[test]
fn an_organisation_imported_twice_is_imported_once() {
    let org: Org = serde_json::from_value(json!({
        "people": [{ "login": "kim" }, { "login": "lee", "name": "Lee Park" }],
        "teams": [
            { "name": "core", "maintainers": ["kim"], "members": ["kim"] },
            { "name": "docs", "parent": "core", "members": ["lee"] },
        ],
        "repos": [{ "org": "acme", "name": "site", "teams": { "core": "write" }, "people": { "lee": "admin" } }],
    }))
    .unwrap();
    let mut town = Town::new();
    let import = Actor::Connector(ConnectorId::IMPORT);
    let operation = SyncSource::new(org);
    assert!(!town.as_actor(import, &operation).unwrap().is_empty());
    let who = |town: &Town| -> Vec<String> {
        let all = town.world.who_can("repo:acme/site:write", None, NOW);
        all.into_iter().map(|h| h.user.login.to_string()).collect()
    };
    assert_eq!(who(&town), ["kim", "lee"]);
    town.now = NOW.plus_days(1);
    let again = town.as_actor(import, &operation).unwrap();
    assert!(again.is_empty(), "{again:?}");
}

#[test]
fn a_policy_imported_twice_is_imported_once() {
    let policy: Policy = serde_json::from_value(json!({
        "users": [{ "login": "kim", "attributes": { "team": "red" } }],
        "groups": [{
            "name": "editors",
            "members": ["*"],
            "permissions": ["docs:edit"],
            "rules": [{ "list": "docs", "rules": [{ "access": "allow", "where": {
                "rsrc_type": "doc", "action": "write", "rsrc_match": [["@team", "=", "@subject.team"]] } }] }],
        }],
        "resources": [{ "type": "doc", "id": "1", "properties": { "team": "red" } }],
    }))
    .unwrap();
    let mut town = Town::new();
    let import = Actor::Connector(ConnectorId::IMPORT);
    let operation = SyncSource::new(policy);
    assert!(!town.as_actor(import, &operation).unwrap().is_empty());
    let again = town.as_actor(import, &operation).unwrap();
    assert!(again.is_empty(), "{again:?}");
}
