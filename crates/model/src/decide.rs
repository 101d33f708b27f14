//! Which rules a subject is judged by, and what those rules can look at.
//!
//! A subject's list is put together from what all groups confer that they are a member of: by
//! priority, highest first; inside one priority denies before allows; then by the group's name and
//! the entitlement's. So the answer never depends on the order in which things were granted.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_rules::{Effect, Rule, RuleList, Value};

use crate::{Entitlement, Expiry, Group, Id, MembershipKind, Resource, Timestamp, User, World};

/// Something a subject holds, with the group it comes through.
#[derive(Clone, Debug)]
pub struct Held {
    /// What.
    pub entitlement: Arc<Entitlement>,
    /// Through which group.
    pub group: Id<Group>,
    /// Until when, if nothing changes.
    pub until: Expiry,
    /// Whether only what it denies counts: an agent's sponsor holds it and the agent does not.
    pub denies_only: bool,
}

impl Held {
    /// What tells apart how much of which entitlement is held, as long as it is kept.
    #[must_use]
    pub fn address(&self) -> usize {
        // Entitlements are aligned, so that the last bit is free.
        Arc::as_ptr(&self.entitlement) as usize | usize::from(self.denies_only)
    }
}

/// A subject's rules, put together.
#[derive(Clone, Debug, Default)]
pub struct SubjectRules {
    /// The rules in the order in which they are asked.
    pub rules: RuleList,
    /// For each rule, where it stands in what was put together, and its place there.
    pub sources: Vec<(usize, usize)>,
}

impl World {
    /// Everything `user` holds through groups at `now`, in the order of the groups' names.
    ///
    /// An agent holds what its sponsor holds through groups that it is in as well. What the sponsor is
    /// denied by any of theirs, it is denied too: so it is never let in where they are not.
    #[must_use]
    pub fn held_by(&self, user: Id<User>, now: Timestamp) -> Vec<Held> {
        if !self.is_agent(user) {
            return self.held_through_groups(user, now);
        }
        let Some(sponsor) = self.sponsor_of(user) else {
            return Vec::new();
        };
        let own = self.groups_of(user, now);
        let own: BTreeMap<Id<Group>, Expiry> = own
            .filter(|(_, kind, _)| *kind == MembershipKind::Member)
            .map(|(group, _, until)| (group.id, until))
            .collect();
        let mut all = self.held_through_groups(sponsor.id, now);
        all.retain_mut(|held| match own.get(&held.group) {
            Some(until) => {
                held.until = held.until.min(*until);
                true
            }
            None => {
                held.denies_only = true;
                let rules = held.entitlement.grant.to_rules();
                rules.iter().any(|rule| rule.effect == Effect::Deny)
            }
        });
        all
    }

    /// Whom rules see where `user` asks: an agent's sponsor, else the user.
    #[must_use]
    pub fn judged_as<'w>(&'w self, user: &'w User) -> &'w User {
        self.sponsor_of(user.id).unwrap_or(user)
    }

    fn held_through_groups(&self, user: Id<User>, now: Timestamp) -> Vec<Held> {
        let mut all: Vec<(&str, Held)> = self
            .groups_of(user, now)
            .filter(|(_, kind, _)| *kind == MembershipKind::Member)
            .flat_map(|(group, _, until)| {
                self.shared_entitlements_of(group.id)
                    .filter(|e| e.validity.contains(now))
                    .map(move |e| {
                        let until = until.min(e.validity.until);
                        let held = Held {
                            entitlement: Arc::clone(e),
                            group: group.id,
                            until,
                            denies_only: false,
                        };
                        (group.name.as_str(), held)
                    })
            })
            .collect();
        all.sort_by(|(a_group, a), (b_group, b)| {
            let (a, b) = (&a.entitlement.grant, &b.entitlement.grant);
            let by_priority = b.priority().cmp(&a.priority());
            by_priority
                .then_with(|| (*a_group, a.kind(), a.key()).cmp(&(*b_group, b.kind(), b.key())))
        });
        all.into_iter().map(|(_, held)| held).collect()
    }
}

impl World {
    /// The environments to which some group's conferring of `permission` is limited at `now`.
    #[must_use]
    pub fn environments_of(&self, permission: &str, now: Timestamp) -> Vec<String> {
        let all = self.conferring(permission, None, now);
        let mut all: Vec<String> = all
            .filter_map(|(_, entitlement)| entitlement.grant.named())
            .flat_map(|permission| permission.environments.iter().map(ToString::to_string))
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Until when what `user` holds through groups stays as it is at `now`, if nobody changes
    /// anything: until the next end of anything they hold, or until something begins for anybody.
    #[must_use]
    pub fn held_until(&self, user: Id<User>, now: Timestamp) -> Expiry {
        let held = self.held_by(user, now);
        let first_end = held.iter().map(|held| held.until).min();
        let begins = self.next_start(now).map_or(Expiry::NEVER, Expiry::at);
        first_end.unwrap_or(Expiry::NEVER).min(begins)
    }
}

/// Puts a subject's rules together from what they hold, given in the order of [`World::held_by`].
#[must_use]
pub fn subject_rules<'h>(held: impl IntoIterator<Item = &'h Held>) -> SubjectRules {
    let mut all: Vec<(i32, Effect, (usize, usize), Rule)> = Vec::new();
    for (at, held) in held.into_iter().enumerate() {
        let priority = held.entitlement.grant.priority();
        let rules = held.entitlement.grant.to_rules().into_iter().enumerate();
        let rules = rules.filter(|(_, rule)| !held.denies_only || rule.effect == Effect::Deny);
        all.extend(rules.map(|(index, rule)| (priority, rule.effect, (at, index), rule)));
    }
    let allows_last = |effect: Effect| matches!(effect, Effect::Allow);
    all.sort_by_key(|(priority, effect, at, _)| (-i64::from(*priority), allows_last(*effect), *at));
    let mut rules = SubjectRules::default();
    for (_, _, source, rule) in all {
        rules.sources.push(source);
        rules.rules.0.push(rule);
    }
    rules
}

/// The attributes of a subject that are the store's, whether it knows a value or not.
pub const BUILT_IN_ATTRIBUTES: [&str; 6] = ["id", "type", "login", "name", "kind", "email"];

/// What rules see of a user, as `@subject.…`: what the store knows, which no request overrides.
#[must_use]
pub fn subject_attributes(user: &User) -> BTreeMap<Arc<str>, Value> {
    let mut all: BTreeMap<Arc<str>, Value> = user
        .attributes
        .iter()
        .map(|(name, value)| (Arc::from(name.as_str()), Value::from_json(value)))
        .collect();
    all.insert("login".into(), Value::from(&*user.login));
    all.insert("name".into(), Value::from(&*user.name));
    all.insert("kind".into(), Value::from(user.kind.as_str()));
    let email = user.email.as_deref();
    all.insert("email".into(), email.map_or(Value::Null, Value::from));
    all
}

/// What rules see of a registered resource: what the store knows, which no request overrides.
#[must_use]
pub fn resource_attributes(resource: &Resource) -> BTreeMap<Arc<str>, Value> {
    resource
        .properties
        .iter()
        .map(|(name, value)| (Arc::from(name.as_str()), Value::from_json(value)))
        .collect()
}
