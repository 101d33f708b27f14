//! What a change does to the people it touches by rules: for each way in which somebody's rules
//! are put together before and after, requests that get another answer, each tried on the people.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use portcullis_model::{
    ChangeSet, Entitlement, Id, Timestamp, User, World,
    decide::{Held, subject_attributes, subject_rules},
};
use portcullis_rules::{
    Attributes, Budget, ConditionSet, Decision, Effect, Engine, Operand, Rule, RuleList, SlugSet,
    Value,
    analysis::{
        Effort,
        diff::{Diff, Difference, diff_within},
    },
};

use super::{Moment, reached::Reached};

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

/// And so many steps for one pair of lists: a second or two.
const STEPS: u64 = 30_000_000;

/// What a change does to the people it touches by rules.
#[derive(Clone, Debug, Default)]
pub struct RulesDiff {
    /// People judged by other rules than before.
    pub people: usize,
    /// One for each way in which people's rules differ, the one with the most people first.
    pub shifts: Vec<AffectedUsers>,
    /// People whose pair of lists was not compared.
    pub not_compared: usize,
}

/// People whose rules are put together alike, before and after.
#[derive(Clone, Debug)]
pub struct AffectedUsers {
    /// Who.
    pub people: Vec<Id<User>>,
    /// Requests that get another answer.
    pub turns: Vec<DecisionChange>,
    /// Whether these are all the ways in which answers change. If there are none, nothing changes.
    pub exhaustive: bool,
}

/// A request that gets another answer.
#[derive(Clone, Debug)]
pub struct DecisionChange {
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
    /// Attributes that have the value of one of the subject's: what is said of each person is with
    /// their own value in place of the witness's.
    pub linked: Links,
    /// For how many of the people, as they are known, this was seen. For the others it may need
    /// other attributes of their own.
    pub people: usize,
    /// Whether it was tried on all of them.
    pub tried_all: bool,
}

/// What somebody's rules are put together from: the addresses of entitlements, which two worlds
/// share as far as they are alike.
type Key = Vec<usize>;

/// What `change` does to whom by rules, from `before` to `after`: by lists that groups confer anew
/// or no longer, and by people and roles who come into such groups or leave them. Nothing where no
/// list of rules is touched.
#[must_use]
pub fn rules_diff(
    before: &World,
    after: &World,
    change: &ChangeSet,
    now: Timestamp,
) -> Option<RulesDiff> {
    let moments = [Moment::new(before, now), Moment::new(after, now)];
    let people = reached_by_rules(moments, change)?;
    Some(rules_diff_of(moments, &people))
}

/// Whom `change` reaches by rules; nothing where it touches no list and nobody's way to one.
#[must_use]
pub fn reached_by_rules(
    [before, after]: [Moment<'_>; 2],
    change: &ChangeSet,
) -> Option<BTreeSet<Id<User>>> {
    Reached::new((before.world, after.world), before.now).people(change)
}

/// What differs by rules for `people`.
#[must_use]
pub fn rules_diff_of(moments: [Moment<'_>; 2], people: &BTreeSet<Id<User>>) -> RulesDiff {
    let [before, after] = moments.map(|moment| moment.world);
    let now = moments[0].now;
    // Everything they hold on either side; what is on one side only is what changes.
    let mut known: HashMap<usize, Held> = HashMap::new();
    let mut whole: HashMap<(Key, Key), Vec<Id<User>>> = HashMap::new();
    for &user in people {
        let mut key = |world: &World| -> Key {
            let held = world.held_by(user, now).into_iter();
            held.map(|held| {
                let address = held.address();
                let _ = known.entry(address).or_insert(held);
                address
            })
            .collect()
        };
        let (was, is) = (key(before), key(after));
        if was != is {
            whole.entry((was, is)).or_default().push(user);
        }
    }
    let touched: BTreeSet<usize> = whole
        .keys()
        .flat_map(|(was, is)| {
            let (was, is): (BTreeSet<_>, BTreeSet<_>) = (was.iter().collect(), is.iter().collect());
            let one_sided = was.symmetric_difference(&is);
            one_sided.map(|address| **address).collect::<Vec<_>>()
        })
        .collect();
    let touched = touched
        .iter()
        .filter_map(|address| known.get(address))
        .map(|held| &*held.entitlement)
        .filter(|entitlement| !entitlement.grant.rules().0.is_empty());
    let mut meeting = OverlapIndex::new(touched);
    let mut pairs: HashMap<(Key, Key), Vec<Id<User>>> = HashMap::new();
    for ((mut was, mut is), people) in whole {
        for key in [&mut was, &mut is] {
            key.retain(|address| {
                known
                    .get(address)
                    .is_some_and(|held| meeting.is_met(&held.entitlement))
            });
        }
        if was != is {
            pairs.entry((was, is)).or_default().extend(people);
        }
    }
    let mut pairs: Vec<_> = pairs
        .into_values()
        .map(|mut people| {
            people.sort_unstable();
            people
        })
        .collect();
    pairs.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    let left_out = pairs.get(MOST_PAIRS..).unwrap_or_default();
    RulesDiff {
        people: pairs.iter().map(Vec::len).sum(),
        not_compared: left_out.iter().map(Vec::len).sum(),
        shifts: pairs
            .into_iter()
            .take(MOST_PAIRS)
            .map(|people| shift(&mut meeting, (before, after), people, now))
            .collect(),
    }
}

/// Which rules can meet the changed ones in one request. Where no changed rule speaks of a type and
/// action, the answer stays as it is; so all others need not be compared, and people whose rules
/// differ in others only are alike.
struct OverlapIndex {
    changed: Vec<Rule>,
    /// By the address of the entitlement, which its world keeps.
    met: HashMap<usize, bool>,
}

impl OverlapIndex {
    fn new<'e>(touched: impl Iterator<Item = &'e Entitlement>) -> Self {
        Self {
            changed: touched.flat_map(|e| e.grant.to_rules()).collect(),
            met: HashMap::new(),
        }
    }

    fn meets(&self, rule: &Rule) -> bool {
        self.changed.iter().any(|changed| {
            overlap(&rule.types, &changed.types) && overlap(&rule.actions, &changed.actions)
        })
    }

    /// Whether it has rules that meet the changed ones.
    fn is_met(&mut self, held: &Arc<Entitlement>) -> bool {
        let key = Arc::as_ptr(held) as usize;
        if let Some(met) = self.met.get(&key) {
            return *met;
        }
        let met = held.grant.to_rules().iter().any(|rule| self.meets(rule));
        let _ = self.met.insert(key, met);
        met
    }

    /// What `user` holds that has rules which meet the changed ones.
    fn held(&mut self, world: &World, user: Id<User>, now: Timestamp) -> Vec<Held> {
        let mut all = world.held_by(user, now);
        all.retain(|held| self.is_met(&held.entitlement));
        all
    }
}

/// Whether some name is in both.
fn overlap(a: &SlugSet, b: &SlugSet) -> bool {
    match (a, b) {
        (SlugSet::Any, SlugSet::Only(names)) | (SlugSet::Only(names), SlugSet::Any) => {
            names.iter().next().is_some()
        }
        (SlugSet::Only(a), other) | (other, SlugSet::Only(a)) => {
            a.iter().any(|name| other.contains(name))
        }
        // There are always names that neither excludes.
        (SlugSet::Any | SlugSet::Except(_), SlugSet::Any | SlugSet::Except(_)) => true,
    }
}

impl RulesDiff {
    /// Whether somebody may no longer do something.
    #[must_use]
    pub fn loses(&self) -> bool {
        let mut turns = self.shifts.iter().flat_map(|shift| &shift.turns);
        turns.any(|turn| !turn.allowed)
    }
}

fn shift(
    meeting: &mut OverlapIndex,
    (before, after): (&World, &World),
    people: Vec<Id<User>>,
    now: Timestamp,
) -> AffectedUsers {
    let mut list = |world: &World| -> RuleList {
        let held = people
            .first()
            .map_or_else(Vec::new, |user| meeting.held(world, *user, now));
        let rules = subject_rules(&held).rules;
        RuleList(
            rules
                .0
                .into_iter()
                .filter(|rule| meeting.meets(rule))
                .collect(),
        )
    };
    let (was, is) = (list(before), list(after));
    let found = if was.0.len().saturating_mul(is.0.len()) > MOST_RULE_PAIRS {
        Diff {
            differences: Vec::new(),
            exhaustive: false,
        }
    } else {
        // Lists that are saved were let in within a budget; comparing them has one of its own.
        diff_within(&was, &is, &EFFORT, &Budget::new(STEPS))
    };
    let known: Vec<_> = people
        .iter()
        .take(MOST_TRIED)
        .filter_map(|id| {
            let mut worlds = [after, before].into_iter();
            worlds.find_map(|world| Some(world.judged_as(world.user(*id)?)))
        })
        .map(|user| (user, subject_attributes(user)))
        .collect();
    let compared = compared(was.0.iter().chain(&is.0));
    let engines = Engine::compile(&was).ok().zip(Engine::compile(&is).ok());
    let mut turns: Vec<DecisionChange> = Vec::new();
    for difference in found.differences {
        let rule_of = |list: &RuleList, decision: Decision| {
            decision.rule.and_then(|rule| list.0.get(rule).cloned())
        };
        let linked = linked(&compared, &difference.attributes);
        let none = BTreeMap::new();
        let flips = |user: &User, subject: &BTreeMap<Arc<str>, Value>, linked: &Links| {
            let seen = As::new(user, subject, &difference, linked);
            let (action, kind) = (&difference.action, &difference.resource_type);
            let decides = |engine: &Engine, expected: Decision| {
                let decision = engine.decide(action, kind, &seen);
                decision.is_ok_and(|decision| decision.effect == expected.effect)
            };
            engines.as_ref().is_some_and(|(was, is)| {
                decides(was, difference.before) && decides(is, difference.after)
            })
        };
        let by_link = |links: &Links| {
            let all = known.iter();
            all.filter(|(user, subject)| flips(user, subject, links))
                .count()
        };
        let (with, without) = (by_link(&linked), by_link(&none));
        turns.push(DecisionChange {
            allowed: difference.after.effect == Effect::Allow,
            rule: rule_of(&is, difference.after).or_else(|| rule_of(&was, difference.before)),
            people: with.max(without),
            linked: if with >= without {
                linked
            } else {
                none.clone()
            },
            tried_all: known.len() == people.len(),
            action: difference.action,
            resource_type: difference.resource_type,
            attributes: difference.attributes,
        });
    }
    // What happens to most people first; what is lost before what is gained.
    turns.sort_by_key(|turn| (std::cmp::Reverse(turn.people), turn.allowed));
    AffectedUsers {
        people,
        turns,
        exhaustive: found.exhaustive,
    }
}

/// Attributes of a request that have the value of one of the subject's, by name.
pub type Links = BTreeMap<Arc<str>, Arc<str>>;

/// Which attributes of a witness go together with one of the subject's: `owner` with `subject.id`,
/// where a rule compares them and the witness gives both the same value.
fn linked(compared: &BTreeSet<[Arc<str>; 2]>, witness: &BTreeMap<Arc<str>, Value>) -> Links {
    let same = |[name, own]: &&[Arc<str>; 2]| {
        let value = witness.get(name);
        value.is_some() && value == witness.get(own)
    };
    let pairs = compared.iter().filter(same);
    pairs
        .map(|[name, own]| (Arc::clone(name), Arc::clone(own)))
        .collect()
}

/// The attributes that some rule compares with one of the subject's, each with that.
fn compared<'r>(rules: impl Iterator<Item = &'r Rule>) -> BTreeSet<[Arc<str>; 2]> {
    let mut all = BTreeSet::new();
    let mut todo: Vec<&ConditionSet> = rules.map(|rule| &rule.condition).collect();
    while let Some(set) = todo.pop() {
        match set {
            ConditionSet::And(items) | ConditionSet::Or(items) => todo.extend(items),
            ConditionSet::Leaf(condition) => {
                let (Operand::Attribute(a), Operand::Attribute(b)) =
                    (&condition.left, &condition.right)
                else {
                    continue;
                };
                for (name, own) in [(a, b), (b, a)] {
                    if own.starts_with("subject.") && !name.starts_with("subject.") {
                        all.insert([Arc::clone(name), Arc::clone(own)]);
                    }
                }
            }
        }
    }
    all
}

/// A witness as it would be if this person asked.
struct As<'a> {
    own: [(&'static str, Value); 5],
    subject: &'a BTreeMap<Arc<str>, Value>,
    witness: &'a BTreeMap<Arc<str>, Value>,
    linked: &'a Links,
}

impl<'a> As<'a> {
    fn new(
        user: &User,
        subject: &'a BTreeMap<Arc<str>, Value>,
        difference: &'a Difference,
        linked: &'a Links,
    ) -> Self {
        let login = || Value::from(&*user.login);
        Self {
            own: [
                ("type", Value::from(&*difference.resource_type)),
                ("action.name", Value::from(&*difference.action)),
                ("subject.id", login()),
                ("subject.type", Value::from("user")),
                ("subject.login", login()),
            ],
            subject,
            witness: &difference.attributes,
            linked,
        }
    }
}

impl Attributes for As<'_> {
    fn get(&self, name: &str) -> Option<&Value> {
        if let Some((_, value)) = self.own.iter().find(|(own, _)| *own == name) {
            return Some(value);
        }
        if let Some(own) = self.linked.get(name) {
            return self.get(own);
        }
        match name.strip_prefix("subject.") {
            Some(rest) => self.subject.get(rest),
            None => self.witness.get(name),
        }
    }
}
