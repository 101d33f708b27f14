//! One permission has one spelling, whoever writes it.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_app::{
    group::{GrantEntitlement, RevokeEntitlement},
    import::{Org, Policy},
    log::Undo,
    sync::SyncSource,
};
use portcullis_model::{Actor, ConnectorId, Position, World};
use serde_json::json;

use crate::{
    random::Random,
    town::{NEVER, Town, permission},
};

const GROUPS: [&str; 4] = ["One", "Two", "Three", "Four"];
const NAMES: [&str; 4] = [
    "repo:acme/site:write",
    "REPO:acme/site:write",
    "repo:Acme/Site:Write",
    "repo:acme/site:WRITE",
];

/// How each permission is spelled, over all groups.
fn spellings(world: &World) -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for permission in world.entitlements().filter_map(|e| e.grant.named()) {
        let name = permission.name.to_string();
        all.entry(permission.name.key()).or_default().insert(name);
    }
    all
}

#[test]
fn any_way_of_writing_permissions_gives_each_one_spelling() {
    for seed in 0..150 {
        let mut random = Random(seed);
        let mut town = Town::new().groups(&GROUPS);
        let mut log = Vec::new();
        for _ in 0..16 {
            let name = *random.pick(&NAMES);
            let importer = Actor::Connector(ConnectorId::IMPORT);
            let root = Actor::User(town.uid("root"));
            let done = match random.below(5) {
                0 | 1 => {
                    let confer = GrantEntitlement {
                        group: town.gid(GROUPS[random.below(4)]),
                        replaces: None,
                        grant: permission(name, &[]),
                        until: NEVER,
                        reason: Default::default(),
                    };
                    town.as_actor(root, &confer)
                }
                2 => {
                    let group = |group: &&str| json!({ "name": group, "permissions": [random.pick(&NAMES)] });
                    let groups: Vec<_> = GROUPS[..2].iter().map(group).collect();
                    let policy = serde_json::from_value(json!({ "groups": groups })).unwrap();
                    town.as_actor(importer, &SyncSource::<Policy>::new(policy))
                }
                3 => {
                    let mut words = name.split([':', '/']).skip(1);
                    let mut word = || words.next().unwrap();
                    let repo =
                        json!({ "org": word(), "name": word(), "teams": { "Crew": word() } });
                    let org =
                        json!({ "people": [], "teams": [{ "name": "Crew" }], "repos": [repo] });
                    let org = serde_json::from_value(org).unwrap();
                    town.as_actor(importer, &SyncSource::<Org>::new(org))
                }
                _ if log.is_empty() || random.one_in(2) => {
                    let all: Vec<_> = town.world.entitlements().map(|e| e.id).collect();
                    if all.is_empty() {
                        continue;
                    }
                    let entitlement = *random.pick(&all);
                    town.as_actor(root, &RevokeEntitlement { entitlement })
                }
                _ => {
                    let (position, change): &(Position, _) = random.pick(&log);
                    let undo = Undo {
                        position: *position,
                        change: Clone::clone(change),
                    };
                    town.as_actor(root, &undo)
                }
            };
            // What no longer applies cannot be undone; all else goes through.
            if let Ok(change) = done {
                log.push((town.world.position(), change));
            }
            for (key, spelled) in spellings(&town.world) {
                assert_eq!(spelled.len(), 1, "seed {seed}: {key} is {spelled:?}");
            }
        }
    }
}

#[test]
fn what_is_conferred_by_nobody_else_may_be_spelled_anew() {
    let mut town = Town::new()
        .groups(&GROUPS)
        .confers("One", permission("Deploy", &[]))
        .confers("Two", permission("deploy", &[]));
    let key = "deploy".to_owned();
    assert_eq!(spellings(&town.world)[&key], ["Deploy".to_owned()].into());
    let entitlement = town
        .world
        .entitlements_of(town.gid("Two"))
        .next()
        .unwrap()
        .id;
    town.does("root", &RevokeEntitlement { entitlement });
    let town = town.confers("One", permission("deploy", &[]));
    assert_eq!(spellings(&town.world)[&key], ["deploy".to_owned()].into());
}

#[test]
fn importing_another_spelling_again_changes_nothing() {
    let mut town = Town::new()
        .groups(&GROUPS)
        .kept_by(ConnectorId::IMPORT, &GROUPS)
        .confers("One", permission("Deploy", &[]));
    let groups = json!([{ "name": "One", "permissions": ["deploy"] }, { "name": "Two", "permissions": ["DEPLOY"] }]);
    let policy =
        SyncSource::<Policy>::new(serde_json::from_value(json!({ "groups": groups })).unwrap());
    let by = Actor::Connector(ConnectorId::IMPORT);
    assert!(!town.as_actor(by, &policy).unwrap().is_empty());
    assert!(town.as_actor(by, &policy).unwrap().is_empty());
}
