//! What is undone, and what is imported again.

use portcullis_app::{
    Operation as _, Update, WarningCode,
    group::{DeleteGroup, DetachRole, EditGroup, RemovePeople},
    import::{Org, Policy},
    log::Undo,
    role::MergeRoles,
    sync::SyncSource,
    user::{DeleteUser, EditUser},
};
use portcullis_model::{Actor, ConnectorId, GroupKind, MembershipKind, Position};
use serde_json::json;

use super::{access, code, reason, town};
use crate::town::{NEVER, NOW, Town, parse};

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
fn what_hangs_on_something_that_is_gone_since_stays_away_and_the_rest_comes_back() {
    let mut town = town();
    let eve = DeleteUser {
        user: town.uid("eve"),
    };
    let deleted = town.does("root", &eve);
    let wiki = DeleteGroup {
        group: town.gid("Wiki"),
    };
    let emptied = town.does("root", &wiki);
    let back = Undo {
        position: Position(1),
        change: deleted,
    };
    let context = town.context(Actor::User(town.uid("root")));
    let change = back.plan(&town.world, &context).unwrap();
    let told = back.warnings(&town.world, &context, &change);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].code, WarningCode::NotRestored);
    assert_eq!(
        told[0].message,
        "one change is left away, because what it was about is gone"
    );
    town.does("root", &back);
    let groups: Vec<_> = town.world.groups_of(town.uid("eve"), NOW).collect();
    let names: Vec<_> = groups.iter().map(|(group, ..)| &*group.name).collect();
    assert_eq!(names, ["Payroll"]);

    // And the other way round: the group without those who are gone.
    let ana = DeleteUser {
        user: town.uid("ana"),
    };
    town.does("root", &ana);
    let back = Undo {
        position: Position(2),
        change: emptied,
    };
    town.does("root", &back);
    assert_eq!(town.until("ben", "Role-B"), Some(NEVER));
    assert!(town.world.find_group("Wiki").is_some());
    assert!(back.warnings(&town.world, &context, &change).is_empty());

    // What is about nothing that is left cannot be undone, and says so.
    let remove = RemovePeople {
        group: town.gid("Payroll"),
        kind: MembershipKind::Member,
        users: vec![town.uid("eve")],
    };
    let removed = town.does("root", &remove);
    let eve = DeleteUser {
        user: town.uid("eve"),
    };
    town.does("root", &eve);
    let back = Undo {
        position: Position(3),
        change: removed,
    };
    assert_eq!(code(town.tries("root", &back)), "cannot_undo");
}

#[test]
fn a_group_that_a_source_let_into_others_comes_back_into_them() {
    let org: Org = serde_json::from_value(json!({
        "people": [{ "login": "kim" }, { "login": "lee" }],
        "teams": [
            { "name": "core", "members": ["kim"] },
            { "name": "docs", "parent": "core", "members": ["lee"] },
            { "name": "site", "parent": "docs", "members": ["kim"] },
        ],
        "repos": [],
    }))
    .unwrap();
    let mut town = Town::new();
    let import = Actor::Connector(ConnectorId::IMPORT);
    town.as_actor(import, &SyncSource::new(org)).unwrap();
    let before = access(&town.world);
    let docs = DeleteGroup {
        group: town.gid("docs"),
    };
    let change = town.does("root", &docs);
    assert_ne!(access(&town.world), before);
    let undo = Undo {
        position: Position(1),
        change,
    };
    town.does("root", &undo);
    assert_eq!(access(&town.world), before);
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

#[test]
fn what_comes_back_names_nobody_and_nothing_that_is_gone() {
    let mut town = Town::new().users(&["ann", "bea", "rep"]);
    let manager = |town: &Town, login: &str| EditUser {
        user: town.uid("rep"),
        login: None,
        name: None,
        email: Update::Keep,
        manager: Update::Set(town.uid(login)),
        attributes: None,
    };
    let first = manager(&town, "ann");
    town.does("root", &first);
    let second = manager(&town, "bea");
    let moved = town.does("root", &second);
    let ann = DeleteUser {
        user: town.uid("ann"),
    };
    town.does("root", &ann);
    let undo = Undo {
        position: Position(1),
        change: moved,
    };
    assert_eq!(code(town.tries("root", &undo)), "cannot_undo");
    let rep = town.world.named_user("rep").unwrap();
    assert_eq!(rep.manager, Some(town.uid("bea")));
}

#[test]
fn what_people_let_into_a_group_comes_back_only_as_it_might_be_made() {
    let mut town = town();
    let detach = DetachRole {
        role: town.gid("Role-A"),
        groups: vec![town.gid("Payroll")],
        kind: MembershipKind::Member,
    };
    let change = town.does("root", &detach);
    // The role becomes a group of people, whose members are let in nowhere.
    let turned = EditGroup {
        group: Some(town.gid("Role-A")),
        name: Some(parse!(Name, "Team A")),
        description: None,
        tags: None,
        kind: Some(GroupKind::Group),
    };
    let still = DetachRole {
        role: town.gid("Role-A"),
        groups: vec![town.gid("Wiki")],
        kind: MembershipKind::Member,
    };
    town.does("root", &still);
    town.does("root", &turned);
    let undo = Undo {
        position: Position(1),
        change,
    };
    assert_eq!(code(town.tries("root", &undo)), "not_a_role");
}
