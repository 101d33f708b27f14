//! What a change of rules does to the people it touches: for each way in which somebody's rules
//! are put together before and after, requests that get another answer, each tried on the people.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use portcullis_model::{
    Change, ChangeSet, Group, Id, Kind, Timestamp, User, World,
    decide::{Held, subject_attributes, subject_rules},
};
use portcullis_rules::{
    Attributes, Decision, Effect, Rule, RuleList, Value,
    analysis::{
        Effort,
        diff::{Diff, diff_with},
    },
    naive,
};

/// More pairs of lists than this are not compared; the people in them are counted.
const MOST_PAIRS: usize = 12;
/// A request is tried on so many people of a pair at most.
const MOST_TRIED: usize = 2_000;
/// Lists of which every rule against every rule would be more than this are not compared.
const MOST_RULE_PAIRS: usize = 250_000;
/// Answers must come while somebody waits for a page.
const EFFORT: Effort = Effort {
    steps: 5_000,
    total_steps: 400_000,
    rules: 128,
};

/// What a change of rules does to the people it touches.
#[derive(Clone, Debug, Default)]
pub struct RulesDiff {
    /// People judged by other rules than before.
    pub people: usize,
    /// One for each way in which people's rules differ, the one with the most people first.
    pub shifts: Vec<Shift>,
    /// People whose pair of lists was not compared.
    pub not_compared: usize,
}

/// People whose rules are put together alike, before and after.
#[derive(Clone, Debug)]
pub struct Shift {
    /// Who.
    pub people: Vec<Id<User>>,
    /// Requests that get another answer.
    pub turns: Vec<Turn>,
    /// Whether these are all the ways in which answers change. If there are none, nothing changes.
    pub exhaustive: bool,
}

/// A request that gets another answer.
#[derive(Clone, Debug)]
pub struct Turn {
    /// The action.
    pub action: Arc<str>,
    /// The type of the resource.
    pub resource_type: Arc<str>,
    /// What rules look at, all else missing.
    pub attributes: BTreeMap<Arc<str>, Value>,
    /// Whether it is allowed afterwards; it was not, or was, before.
    pub allowed: bool,
    /// The rule that decides afterwards, or decided before where none does.
    pub rule: Option<Rule>,
    /// For how many of the people, as they are known, this is so. The others would need other
    /// attributes of their own.
    pub people: usize,
    /// Whether it was tried on all of them.
    pub tried_all: bool,
}

/// What somebody's rules are put together from: the addresses of entitlements, which two worlds
/// share as far as they are alike.
type Key = Vec<usize>;

/// What `change` of what groups confer does, from `before` to `after`; nothing where it touches no
/// list of rules.
#[must_use]
pub fn rules_diff(
    before: &World,
    after: &World,
    change: &ChangeSet,
    now: Timestamp,
) -> Option<RulesDiff> {
    let groups: BTreeSet<Id<Group>> = change
        .changes
        .iter()
        .filter_map(|change| match change {
            Change::Entitlement(edit) => edit.subject(),
            _ => None,
        })
        .filter(|entitlement| entitlement.grant.rules().is_some())
        .map(|entitlement| entitlement.group)
        .collect();
    if groups.is_empty() {
        return None;
    }
    let members = |world: &World| -> BTreeSet<Id<User>> {
        let holders = groups.iter().flat_map(|group| {
            let holders = world.holders(*group, Kind::Member, now);
            holders.into_iter().map(|holder| holder.user.id)
        });
        holders.collect()
    };
    let mut pairs: HashMap<(Key, Key), Vec<Id<User>>> = HashMap::new();
    for user in members(before).union(&members(after)) {
        let key = |world: &World| -> Key {
            let held = world.held_by(*user, now).into_iter();
            held.map(|held| Arc::as_ptr(&held.entitlement) as usize)
                .collect()
        };
        let (was, is) = (key(before), key(after));
        if was != is {
            pairs.entry((was, is)).or_default().push(*user);
        }
    }
    let mut pairs: Vec<_> = pairs.into_values().collect();
    pairs.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    let left_out = pairs.get(MOST_PAIRS..).unwrap_or_default();
    Some(RulesDiff {
        people: pairs.iter().map(Vec::len).sum(),
        not_compared: left_out.iter().map(Vec::len).sum(),
        shifts: pairs
            .into_iter()
            .take(MOST_PAIRS)
            .map(|people| shift(before, after, people, now))
            .collect(),
    })
}

fn shift(before: &World, after: &World, people: Vec<Id<User>>, now: Timestamp) -> Shift {
    let list = |world: &World| -> RuleList {
        let held: Vec<Held> = people
            .first()
            .map_or_else(Vec::new, |user| world.held_by(*user, now));
        subject_rules(held.iter().map(|held| &*held.entitlement)).rules
    };
    let (was, is) = (list(before), list(after));
    let found = if was.0.len().saturating_mul(is.0.len()) > MOST_RULE_PAIRS {
        Diff {
            differences: Vec::new(),
            exhaustive: false,
        }
    } else {
        diff_with(&was, &is, &EFFORT)
    };
    let known: Vec<_> = people
        .iter()
        .take(MOST_TRIED)
        .filter_map(|id| after.user(*id).or_else(|| before.user(*id)))
        .map(|user| (user, subject_attributes(user)))
        .collect();
    let mut turns: Vec<Turn> = Vec::new();
    for difference in found.differences {
        let rule_of = |list: &RuleList, decision: Decision| {
            decision.rule.and_then(|rule| list.0.get(rule).cloned())
        };
        let flips = |(user, subject): &(&User, BTreeMap<Arc<str>, Value>)| {
            let own = Own::new(user, &difference.action, &difference.resource_type);
            let seen = As {
                own,
                subject,
                witness: &difference.attributes,
            };
            let (action, kind) = (&difference.action, &difference.resource_type);
            let effect = |list: &RuleList| {
                naive::decide(list, action, kind, &seen).map(|decision| decision.effect)
            };
            effect(&was) == Ok(difference.before.effect)
                && effect(&is) == Ok(difference.after.effect)
        };
        turns.push(Turn {
            allowed: difference.after.effect == Effect::Allow,
            rule: rule_of(&is, difference.after).or_else(|| rule_of(&was, difference.before)),
            people: known.iter().filter(|person| flips(person)).count(),
            tried_all: known.len() == people.len(),
            action: difference.action,
            resource_type: difference.resource_type,
            attributes: difference.attributes,
        });
    }
    // What happens to most people first; what is lost before what is gained.
    turns.sort_by_key(|turn| (std::cmp::Reverse(turn.people), turn.allowed));
    Shift {
        people,
        turns,
        exhaustive: found.exhaustive,
    }
}

/// The attributes that the question itself fixes.
struct Own([(&'static str, Value); 5]);

impl Own {
    fn new(user: &User, action: &str, kind: &str) -> Self {
        Self([
            ("type", Value::from(kind)),
            ("action.name", Value::from(action)),
            ("subject.id", Value::from(&*user.login)),
            ("subject.type", Value::from("user")),
            ("subject.login", Value::from(&*user.login)),
        ])
    }
}

/// A witness as it would be if this person asked.
struct As<'a> {
    own: Own,
    subject: &'a BTreeMap<Arc<str>, Value>,
    witness: &'a BTreeMap<Arc<str>, Value>,
}

impl Attributes for As<'_> {
    fn get(&self, name: &str) -> Option<&Value> {
        if let Some((_, value)) = self.own.0.iter().find(|(own, _)| *own == name) {
            return Some(value);
        }
        match name.strip_prefix("subject.") {
            Some(rest) => self.subject.get(rest),
            None => self.witness.get(name),
        }
    }
}
