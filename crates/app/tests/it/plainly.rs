//! What the decider does, done plainly from what the documentation says.

use std::collections::BTreeMap;

use portcullis_app::decide::Question;
use portcullis_model::{Id, MembershipKind, Timestamp, User, UserKind, World};
use portcullis_rules::{Effect, Rule, Value};
use serde_json::{Value as Json, json};

/// What rules see, put together plainly from what the documentation says.
pub(crate) fn seen(world: &World, question: &Question) -> BTreeMap<String, Value> {
    let mut all: BTreeMap<String, Json> = BTreeMap::new();
    let given = [
        ("", &question.resource.properties),
        ("subject.", &question.subject.properties),
        ("action.", &question.action.properties),
        ("context.", &question.context),
    ];
    for (prefix, properties) in given {
        for (name, value) in properties.iter().flatten() {
            let reserved = prefix.is_empty() && name.contains('.');
            if !reserved {
                all.insert(format!("{prefix}{name}"), value.to_json());
            }
        }
    }
    let kind = &question.resource.kind;
    let granted = world.entitlements().filter_map(|e| e.grant.named());
    let mut written = granted.map(|permission| permission.name.to_string());
    let written = written.find(|name| name.eq_ignore_ascii_case(&question.resource.id));
    let written = written.filter(|_| kind == "permission");
    let id = written.as_ref().unwrap_or(&question.resource.id);
    if let Some(resource) = world.resource_by_key(kind, id) {
        let known = resource
            .properties
            .iter()
            .filter(|(name, _)| !name.contains('.'));
        all.extend(known.map(|(name, value)| (name.clone(), value.clone())));
    }
    if let Some(user) = seen_of(world, &question.subject.id) {
        for (name, value) in &user.attributes {
            all.insert(format!("subject.{name}"), value.clone());
        }
        all.insert("subject.login".into(), json!(user.login));
        all.insert("subject.name".into(), json!(user.name));
        all.insert("subject.kind".into(), json!("person"));
    }
    all.insert("id".into(), json!(id));
    all.insert("type".into(), json!(kind));
    let user = seen_of(world, &question.subject.id);
    let login = user.map_or(&*question.subject.id, |user| &*user.login);
    all.insert("subject.id".into(), json!(login));
    all.insert("subject.type".into(), json!(question.subject.kind));
    all.insert("action.name".into(), json!(question.action.name));
    let values = all.into_iter();
    values
        .map(|(name, value)| (name, Value::from_json(&value)))
        .collect()
}

/// Whom rules see: for an agent, the person it acts for.
fn seen_of<'w>(world: &'w World, key: &str) -> Option<&'w User> {
    let user = world.find_user(key)?;
    match user.kind {
        UserKind::Agent => world.user(user.manager?),
        UserKind::Person | UserKind::Service => Some(user),
    }
}

/// The rules `user` is judged by, put together plainly: all of them with where they stand, sorted. An
/// agent has those of the person it acts for, but of what it has no part in only what they are denied.
pub(crate) fn rules_of(world: &World, user: Id<User>, now: Timestamp) -> Vec<Rule> {
    let mut all = Vec::new();
    for entitlement in world.entitlements() {
        let group = world.group(entitlement.group).unwrap();
        let is_in = |who| {
            world
                .holds(who, group.id, MembershipKind::Member, now)
                .is_some()
        };
        let of = world.user(user).unwrap();
        let acts = of.kind == UserKind::Agent;
        let judged = if acts { of.manager.unwrap() } else { user };
        if !is_in(judged) || !entitlement.validity.contains(now) {
            continue;
        }
        let grant = &entitlement.grant;
        for (at, rule) in grant.to_rules().into_iter().enumerate() {
            let allows = rule.effect == Effect::Allow;
            if allows && !is_in(user) {
                continue;
            }
            let priority = std::cmp::Reverse(grant.priority());
            let place = (group.name.to_string(), grant.kind(), grant.key(), at);
            all.push(((priority, allows, place), rule));
        }
    }
    all.sort_by(|(a, _), (b, _)| a.cmp(b));
    all.into_iter().map(|(_, rule)| rule).collect()
}
