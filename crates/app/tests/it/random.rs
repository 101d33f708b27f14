//! Seeded random worlds with rules, and random questions about them. Everything is drawn from
//! small pools, so that things meet often.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_app::decide::{Action, Entity, Properties, Question};
use portcullis_model::{
    Actor, Change, ChangeSet, Edit, Entitlement, Expiry, Grant, Group, GroupKind, Id, Inclusion,
    Membership, MembershipKind, OperationName, Resource, SystemActor, Timestamp, User, UserKind,
    Validity, World, entitlement::Rules, record::Authority,
};
use portcullis_rules::{Condition, ConditionSet, Operand, Operator, Rule, RuleList, Value};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::town::{NOW, parse, permission};

/// SplitMix64: enough randomness for tests, the same on every machine.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).unwrap()
    }

    pub(crate) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn pick<'p, T>(&mut self, pool: &'p [T]) -> &'p T {
        &pool[self.below(pool.len())]
    }

    pub(crate) fn shuffle<T>(&mut self, all: &mut [T]) {
        for i in (1..all.len()).rev() {
            all.swap(i, self.below(i + 1));
        }
    }

    fn id<T>(&mut self) -> Id<T> {
        Id::new(Uuid::from_u64_pair(self.next(), self.next()))
    }
}

pub(crate) const ACTIONS: [&str; 4] = ["read", "write", "share", "use"];
pub(crate) const TYPES: [&str; 3] = ["doc", "key", "permission"];
pub(crate) const PERMISSIONS: [&str; 4] = ["mail:read", "mail:send", "vault:open", "5"];
pub(crate) const ENVIRONMENTS: [&str; 2] = ["production", "staging"];
const TEAMS: [&str; 3] = ["red", "blue", ""];
const STATES: [&str; 3] = ["draft", "active", "5"];

/// What a world is made from, so that it can be made in another order too.
pub(crate) struct Plan {
    things: Vec<Change>,
    pub(crate) entitlements: Vec<Entitlement>,
}

impl Plan {
    pub(crate) fn world(&self) -> World {
        self.world_of(&self.entitlements)
    }

    /// The same world, with what groups confer granted in another order.
    pub(crate) fn shuffled(&self, random: &mut Random) -> World {
        let mut entitlements = self.entitlements.clone();
        random.shuffle(&mut entitlements);
        self.world_of(&entitlements)
    }

    fn world_of(&self, entitlements: &[Entitlement]) -> World {
        let mut change = ChangeSet::new(OperationName::GroupEdit);
        change.changes.extend(self.things.iter().cloned());
        let mut world = World::default().after(&change).expect("things fit");
        // One change each, as people grant them.
        for entitlement in entitlements {
            let change =
                ChangeSet::new(OperationName::GroupEdit).with(Edit::create(entitlement.clone()));
            world = world.after(&change).expect("it fits");
        }
        world
    }
}

/// Which lists of rules a world has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lists {
    /// None.
    None,
    /// None that speaks of permissions.
    NotOfPermissions,
    /// Any.
    Any,
}

fn validity(random: &mut Random) -> Validity {
    let day = |random: &mut Random| i64::try_from(random.below(7)).unwrap() - 3;
    if !random.one_in(3) {
        return Validity::new(NOW.plus_days(-10), Expiry::NEVER);
    }
    let from = NOW.plus_days(day(random).min(2));
    let until = if random.one_in(3) {
        Expiry::NEVER
    } else {
        Expiry::at(from.plus_days(1 + i64::try_from(random.below(5)).unwrap()))
    };
    Validity::new(from, until)
}

pub(crate) fn plan(random: &mut Random, lists: Lists) -> Plan {
    let mut things: Vec<Change> = Vec::new();
    let mut users = Vec::new();
    for n in 0..6 {
        let user = user(random, n);
        users.push(user.id);
        things.push(Edit::create(user).into());
    }
    let mut groups = Vec::new();
    for n in 0..7 {
        let group = Group {
            id: random.id(),
            source: None,
            name: parse!(
                Name,
                &format!("{} {n}", random.pick(&["Group", "group", "Role"]))
            ),
            description: Default::default(),
            kind: [GroupKind::Role, GroupKind::Group][usize::from(n >= 3)],
            authority: Authority::Portcullis,
            tags: Vec::new(),
        };
        groups.push(group.id);
        things.push(Edit::create(group).into());
    }
    for user in &users {
        for _ in 0..2 + random.below(3) {
            let membership = Membership {
                id: random.id(),
                user: *user,
                group: *random.pick(&groups),
                kind: if random.one_in(8) {
                    MembershipKind::Owner
                } else {
                    MembershipKind::Member
                },
                validity: validity(random),
                reason: Default::default(),
                granted_by: Actor::System(SystemActor::Demo),
                request: None,
            };
            let same = |change: &Change| matches!(change, Change::Membership(edit) if edit.after.as_ref().is_some_and(|m| (m.user, m.group, m.kind) == (membership.user, membership.group, membership.kind)));
            if !things.iter().any(same) {
                things.push(Edit::create(membership).into());
            }
        }
    }
    // The last one acts for the first, with a part of what they have.
    let (agent, sponsor) = (users[5], users[0]);
    let is_agents = |change: &Change| matches!(change, Change::Membership(edit) if edit.after.as_ref().is_some_and(|m| m.user == agent));
    things.retain(|change| !is_agents(change));
    for change in &mut things {
        if let Change::User(edit) = change
            && let Some(user) = edit.after.as_mut().filter(|user| user.id == agent)
        {
            user.kind = UserKind::Agent;
            user.manager = Some(sponsor);
        }
    }
    let of_sponsor = things.iter().filter_map(|change| match change {
        Change::Membership(edit) => edit.after.as_deref().filter(|m| m.user == sponsor),
        _ => None,
    });
    let of_sponsor: Vec<Membership> = of_sponsor.cloned().collect();
    for fact in of_sponsor {
        if !random.one_in(3) {
            let covered = Membership {
                id: random.id(),
                user: agent,
                ..fact
            };
            things.push(Edit::create(covered).into());
        }
    }
    // Roles lead into groups, groups into later ones: nothing goes round.
    let mut inclusions = std::collections::BTreeSet::new();
    for _ in 0..6 {
        let child = random.below(groups.len() - 1);
        let target = (child + 1).max(3) + random.below(groups.len() - (child + 1).max(3));
        if !inclusions.insert((child, target)) {
            continue;
        }
        let inclusion = Inclusion {
            id: random.id(),
            child: groups[child],
            target: groups[target],
            kind: MembershipKind::Member,
            validity: validity(random),
            reason: Default::default(),
            granted_by: Actor::System(SystemActor::Demo),
        };
        things.push(Edit::create(inclusion).into());
    }
    for kind in TYPES {
        let count = random.below(4);
        for (n, permission) in PERMISSIONS.iter().enumerate().take(count) {
            let id = if kind == "permission" {
                (*permission).to_owned()
            } else {
                format!("{kind}-{n}")
            };
            let resource = Resource {
                id: random.id(),
                source: None,
                resource_type: kind.into(),
                resource_id: id.into(),
                properties: properties(random)
                    .iter()
                    .map(|(name, value)| (name.to_string(), value.to_json()))
                    .collect(),
            };
            things.push(Edit::create(resource).into());
        }
    }
    Plan {
        entitlements: entitlements(random, &groups, lists),
        things,
    }
}

fn user(random: &mut Random, n: usize) -> User {
    let mut attributes = BTreeMap::new();
    if !random.one_in(3) {
        attributes.insert("team".to_owned(), json!(random.pick(&TEAMS)));
    }
    if random.one_in(3) {
        attributes.insert("levels".to_owned(), json!([random.below(3), "5"]));
    }
    User {
        id: random.id(),
        source: None,
        login: parse!(Login, &format!("u{n}")),
        name: parse!(Name, &format!("User {n}")),
        email: None,
        kind: UserKind::Person,
        manager: None,
        attributes,
    }
}

fn entitlements(random: &mut Random, groups: &[Id<Group>], lists: Lists) -> Vec<Entitlement> {
    let mut all: Vec<Entitlement> = Vec::new();
    let mut confer = |random: &mut Random, grant: Grant| {
        let group = *random.pick(groups);
        let same = |e: &Entitlement| {
            (e.group, e.grant.kind(), e.grant.key()) == (group, grant.kind(), grant.key())
        };
        if !all.iter().any(same) {
            all.push(Entitlement {
                id: random.id(),
                group,
                grant,
                validity: validity(random),
                reason: Default::default(),
                granted_by: Actor::System(SystemActor::Demo),
            });
        }
    };
    for _ in 0..6 {
        let places: Vec<&str> = ENVIRONMENTS
            .into_iter()
            .filter(|_| random.one_in(3))
            .collect();
        let grant = permission(PERMISSIONS[random.below(4)], &places);
        confer(random, grant);
    }
    if lists == Lists::None {
        return all;
    }
    for _ in 0..3 + random.below(8) {
        let types = if lists == Lists::Any {
            &TYPES[..]
        } else {
            &TYPES[..2]
        };
        let rules = (0..=random.below(4)).map(|_| rule(random, types)).collect();
        let grant = Grant::Rules(Rules {
            name: parse!(Name, &format!("list {}", random.below(4))),
            priority: *random.pick(&[0, 0, 0, 1, -1, i32::MIN, i32::MAX]),
            rules: Arc::new(RuleList(rules)),
            cases: Vec::new(),
        });
        confer(random, grant);
    }
    all
}

fn rule(random: &mut Random, types: &[&str]) -> Rule {
    let rule = if random.one_in(4) {
        Rule::deny()
    } else {
        Rule::allow()
    };
    // A rule about every type speaks of permissions too.
    let every = types.len() == TYPES.len() && random.one_in(4);
    let rule = if every {
        rule
    } else {
        rule.on_types([*random.pick(types)])
    };
    let rule = match random.below(5) {
        0 => rule,
        1 => rule.actions([*random.pick(&ACTIONS), *random.pick(&ACTIONS)]),
        _ => rule.actions([*random.pick(&ACTIONS)]),
    };
    let set = match random.below(6) {
        0 => return rule,
        1 => ConditionSet::Or(vec![condition(random).into(), condition(random).into()]),
        2 => ConditionSet::all([condition(random), condition(random)]),
        _ => condition(random).into(),
    };
    rule.when(set)
}

fn condition(random: &mut Random) -> Condition {
    let attribute = Operand::attribute;
    match random.below(11) {
        0 => Condition::new(attribute("status"), Operator::Equal, *random.pick(&STATES)),
        1 => Condition::new(
            attribute("status"),
            Operator::NotEqual,
            *random.pick(&STATES),
        ),
        2 => Condition::new(attribute("owner"), Operator::Equal, attribute("subject.id")),
        3 => Condition::new(
            attribute("subject.team"),
            Operator::Equal,
            *random.pick(&TEAMS),
        ),
        4 => Condition::new(
            attribute("level"),
            Operator::In,
            attribute("subject.levels"),
        ),
        5 => Condition::new(attribute("context.net"), Operator::Equal, "office"),
        6 => Condition::new(attribute("action.force"), Operator::NotEqual, true),
        7 => Condition::new(
            attribute("id"),
            Operator::Equal,
            *random.pick(&["doc-1", "key-0", "mail:read", "5"]),
        ),
        8 => Condition::new(attribute("id"), Operator::Match, "^(doc|mail)"),
        9 => Condition::new(
            attribute("environment"),
            Operator::Equal,
            *random.pick(&ENVIRONMENTS),
        ),
        _ => Condition::new(
            attribute("team"),
            Operator::Equal,
            attribute("subject.team"),
        ),
    }
}

/// What is known of a resource; sometimes what nobody may talk into it.
fn properties(random: &mut Random) -> Properties {
    let mut all = Properties::new();
    let mut put = |name: &str, value: Json| {
        all.insert(name.into(), value.into());
    };
    if !random.one_in(3) {
        put("status", json!(random.pick(&STATES)));
    }
    if random.one_in(2) {
        put("owner", json!(format!("u{}", random.below(6))));
    }
    if random.one_in(3) {
        put(
            "level",
            [json!(1), json!("5"), json!([1]), Json::Null][random.below(4)].clone(),
        );
    }
    if random.one_in(3) {
        put("team", json!(random.pick(&TEAMS)));
    }
    if random.one_in(6) {
        put("id", json!("doc-1"));
        put("subject.team", json!("red"));
        put("context.net", json!("office"));
    }
    all
}

pub(crate) fn question(random: &mut Random) -> Question {
    let kind = *random.pick(&TYPES);
    let mut resource = properties(random);
    if kind == "permission" && random.one_in(2) {
        resource.insert(
            "environment".into(),
            Value::from(*random.pick(&ENVIRONMENTS)),
        );
    }
    let mut subject = Properties::new();
    if random.one_in(3) {
        subject.insert("team".into(), Value::from(*random.pick(&TEAMS)));
        subject.insert("id".into(), Value::from("u0"));
    }
    let login = format!("u{}", random.below(7));
    let permission = (*random.pick(&PERMISSIONS)).to_owned();
    Question {
        subject: Entity {
            kind: if random.one_in(20) {
                "robot".into()
            } else {
                "user".into()
            },
            id: spelled(random, login),
            properties: Some(subject),
        },
        action: Action {
            name: if kind == "permission" && !random.one_in(4) {
                "use".into()
            } else {
                (*random.pick(&ACTIONS)).to_owned()
            },
            properties: random.one_in(3).then(|| {
                [("force".into(), Value::from(random.one_in(2)))]
                    .into_iter()
                    .collect()
            }),
        },
        resource: Entity {
            id: if kind == "permission" {
                spelled(random, permission)
            } else {
                format!("{kind}-{}", random.below(4))
            },
            kind: kind.to_owned(),
            properties: (!resource.is_empty()).then_some(resource),
        },
        context: random.one_in(2).then(|| {
            [("net".into(), Value::from(*random.pick(&["office", "home"])))]
                .into_iter()
                .collect()
        }),
    }
}

/// A name as it may be written too.
fn spelled(random: &mut Random, name: String) -> String {
    if random.one_in(4) {
        name.to_uppercase()
    } else {
        name
    }
}

/// A time near which things begin and end.
pub(crate) fn time(random: &mut Random) -> Timestamp {
    let day = i64::try_from(random.below(9)).unwrap() - 4;
    let micros = i64::try_from(random.below(3)).unwrap() - 1;
    Timestamp::from_micros(NOW.plus_days(day).micros() + micros)
}
