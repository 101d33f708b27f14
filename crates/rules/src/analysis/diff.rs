//! Requests that two rule lists answer differently, one for each pair of deciding rules.
//!
//! Deciding is done by `naive` alone: whatever the search proposes is tried on both lists before it
//! is told. Telling people about it does not belong here.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::Effort;
use super::atoms::Atoms;
use super::formula::Formula;
use super::solve::{Answer, Found, Solver};
use crate::budget::Budget;
use crate::naive::{self, Decision};
use crate::syntax::{Effect, RuleList};
use crate::value::Value;

/// A request that is answered differently.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The action asked for.
    pub action: Arc<str>,
    /// The type of the resource.
    pub resource_type: Arc<str>,
    /// The attributes of the resource; all others are missing.
    pub attributes: BTreeMap<Arc<str>, Value>,
    /// What the first list says.
    pub before: Decision,
    /// What the second list says.
    pub after: Decision,
}

/// How two lists differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Diff {
    /// One request for each pair of deciding rules that was found.
    pub differences: Vec<Difference>,
    /// Whether every request that changes its answer does so by one of the pairs found; if no
    /// difference was found either, the lists give the same answers.
    pub exhaustive: bool,
}

impl Diff {
    /// Whether the lists are proved to give the same answer to every request.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.differences.is_empty() && self.exhaustive
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by = |decision: Decision| match decision.rule {
            Some(rule) => format!("{} by rule {rule}", decision.effect),
            None => format!("{} by default", decision.effect),
        };
        write!(f, "{} on {} with {{", self.action, self.resource_type)?;
        for (i, (name, value)) in self.attributes.iter().enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            write!(f, "{comma}@{name}: {value}")?;
        }
        write!(f, "}}: {} becomes {}", by(self.before), by(self.after))
    }
}

/// Compares two lists.
///
/// ```
/// use portcullis_rules::{RuleList, analysis::diff::diff};
/// let rule = |level: u8| format!(r#"[{{"access": "allow", "where": {{"rsrc_type": "doc", "action": "read",
///     "rsrc_match": [["@level", "=", {level}]]}}}}]"#).parse::<RuleList>().unwrap();
/// let changed = diff(&rule(1), &rule(2));
/// assert!(changed.exhaustive);
/// let told: Vec<_> = changed.differences.iter().map(ToString::to_string).collect();
/// assert_eq!(told, [
///     "read on doc with {@level: 1}: allow by rule 0 becomes deny by default",
///     "read on doc with {@level: 2}: deny by default becomes allow by rule 0",
/// ]);
/// assert!(diff(&rule(1), &rule(1)).is_none());
/// ```
#[must_use]
pub fn diff(before: &RuleList, after: &RuleList) -> Diff {
    diff_with(before, after, &Effort::default())
}

/// As [`diff`], with a bound on the work: less effort finds less and claims less.
#[must_use]
pub fn diff_with(before: &RuleList, after: &RuleList, effort: &Effort) -> Diff {
    diff_within(before, after, effort, &Budget::unlimited())
}

/// As [`diff_with`], for lists that somebody sent: where the budget is spent before the end, the
/// answer is not exhaustive.
#[must_use]
pub fn diff_within(before: &RuleList, after: &RuleList, effort: &Effort, budget: &Budget) -> Diff {
    let mut atoms = Atoms::default();
    let a = Side::new(&mut atoms, before);
    let b = Side::new(&mut atoms, after);
    let mut found = Diff {
        differences: Vec::new(),
        exhaustive: false,
    };
    // Every pair of rules is looked at, if only to leave it out.
    let pairs_of = (before.0.len() as u64 + 1) * (after.0.len() as u64 + 1);
    let Some(solver) = Solver::new(&atoms, budget).filter(|_| budget.spend(pairs_of)) else {
        return found;
    };
    found.exhaustive = true;
    let mut left = effort.total_steps;
    for (i, j) in pairs(before, after) {
        let (first, second) = (&a.ends[i], &b.ends[j]);
        if first.effect == second.effect {
            continue;
        }
        if left == 0 || budget.is_spent() {
            found.exhaustive = false;
            break;
        }
        let both = Formula::All(vec![first.fires.clone(), second.fires.clone()]);
        if solver.impossible(&both, effort.steps, &mut left) {
            continue;
        }
        let mut all = vec![both];
        all.extend(a.passes[..i].iter().cloned());
        all.extend(b.passes[..j].iter().cloned());
        match solver.solve(&Formula::All(all), effort.steps, &mut left) {
            Answer::Found(request) => match verified(before, after, request) {
                Some(difference) => found.differences.push(difference),
                None => found.exhaustive = false,
            },
            Answer::Impossible => {}
            Answer::Unknown => found.exhaustive = false,
        }
    }
    let by_rule = |d: &Difference| [d.before, d.after].map(|d| d.rule.unwrap_or(usize::MAX));
    found.differences.sort_by_key(by_rule);
    found
}

/// The pairs of deciding rules that may meet, the likeliest first; past the last rule is the default.
fn pairs(before: &RuleList, after: &RuleList) -> Vec<(usize, usize)> {
    let (a, b) = (&before.0, &after.0);
    // What a rule at the common start decides, it decides in both lists.
    let start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let end = a
        .iter()
        .rev()
        .zip(b.iter().rev())
        .take_while(|(x, y)| x == y)
        .count();
    let changed = |at: usize, len: usize| at + end < len;
    let all = (start..=a.len()).flat_map(|i| (start..=b.len()).map(move |j| (i, j)));
    let likely = |&(i, j): &(usize, usize)| changed(i, a.len()) || changed(j, b.len());
    let (mut first, rest): (Vec<_>, Vec<_>) = all.partition(likely);
    first.extend(rest);
    first
}

/// One list, prepared: its rules and its default as the ways to reach a decision.
struct Side {
    ends: Vec<End>,
    passes: Vec<Formula>,
}

struct End {
    effect: Effect,
    fires: Formula,
}

impl Side {
    fn new(atoms: &mut Atoms, rules: &RuleList) -> Self {
        let mut ends: Vec<End> = Vec::with_capacity(rules.0.len() + 1);
        let mut passes = Vec::with_capacity(rules.0.len());
        for rule in &rules.0 {
            ends.push(End {
                effect: rule.effect,
                fires: atoms.fires(rule).shared(),
            });
            passes.push(atoms.passes(rule).shared());
        }
        ends.push(End {
            effect: Decision::DEFAULT.effect,
            fires: Formula::Constant(true),
        });
        Self { ends, passes }
    }
}

fn verified(before: &RuleList, after: &RuleList, found: Found) -> Option<Difference> {
    let Found {
        resource_type,
        action,
        attributes,
    } = found;
    let before = naive::decide(before, &action, &resource_type, &attributes).ok()?;
    let after = naive::decide(after, &action, &resource_type, &attributes).ok()?;
    (before.effect != after.effect).then_some(Difference {
        action,
        resource_type,
        attributes,
        before,
        after,
    })
}
