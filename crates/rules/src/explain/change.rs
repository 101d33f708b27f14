//! The search for the smallest change of a resource that turns an answer around.
//!
//! Candidates come from what the rules say; the engine verifies each, so a change that is reported works.
//! Not finding one does not prove that there is none.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use super::Redaction;
use crate::engine::{Engine, Prepared};
use crate::naive::{Attributes, Decision, RequestError};
use crate::pattern::{Like, Pattern, PatternLimits, Shape};
use crate::syntax::{Condition, ConditionSet, Operand, Operator};
use crate::value::Value;

/// Most values tried for one attribute, most attributes, and most decisions altogether.
const VALUES: usize = 64;
const ATTRIBUTES: usize = 32;
const DECISIONS: usize = 20_000;

/// Another value for one attribute.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// The attribute.
    pub attribute: Arc<str>,
    /// Its new value; `None` to remove it.
    pub to: Option<Value>,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.to {
            Some(value) => write!(f, "set @{} to {value}", self.attribute),
            None => write!(f, "remove @{}", self.attribute),
        }
    }
}

/// A resource with some attributes changed.
struct Changed<'c, A: ?Sized> {
    attributes: &'c A,
    changes: [Option<(&'c str, Option<&'c Value>)>; 2],
}

impl<A: Attributes + ?Sized> Attributes for Changed<'_, A> {
    fn get(&self, name: &str) -> Option<&Value> {
        let changed = self
            .changes
            .iter()
            .flatten()
            .find(|(changed, _)| *changed == name);
        match changed {
            Some((_, to)) => *to,
            None => self.attributes.get(name),
        }
    }
}

/// Values to try for each attribute, in the order in which the rules mention them.
#[derive(Default)]
struct Candidates {
    values: Vec<(Arc<str>, Vec<Option<Value>>)>,
    seen: HashSet<(Arc<str>, Option<Value>)>,
}

pub(super) fn smallest<A: Attributes + ?Sized>(
    engine: &Engine,
    action: &str,
    resource_type: &str,
    attributes: &A,
    decision: Decision,
    redaction: &Redaction,
) -> Result<Vec<Change>, RequestError> {
    let prepared = engine.prepare(action, resource_type)?;
    let mut candidates = Candidates::default();
    for rule in &engine.rules().0 {
        if rule.types.contains(resource_type) && rule.actions.contains(action) {
            candidates.collect(&rule.condition, attributes, redaction);
        }
    }
    let candidates: Vec<(&str, Option<&Value>)> = candidates
        .values
        .iter()
        .flat_map(|(name, values)| values.iter().map(|value| (&**name, value.as_ref())))
        // What the resource has already is no change.
        .filter(|(name, value)| attributes.get(name) != *value)
        .collect();
    let mut left = DECISIONS;
    let mut turns = |changes| turns(&prepared, attributes, changes, decision, &mut left);
    for &one in &candidates {
        match turns([Some(one), None]) {
            Some(true) => return Ok(vec![change(one)]),
            Some(false) => {}
            None => return Ok(Vec::new()),
        }
    }
    for (i, &one) in candidates.iter().enumerate() {
        for &two in candidates[i + 1..].iter().filter(|two| two.0 != one.0) {
            match turns([Some(one), Some(two)]) {
                Some(true) => return Ok(vec![change(one), change(two)]),
                Some(false) => {}
                None => return Ok(Vec::new()),
            }
        }
    }
    Ok(Vec::new())
}

/// Whether the changes turn the answer around; `None` when too many were tried.
fn turns<A: Attributes + ?Sized>(
    prepared: &Prepared<'_>,
    attributes: &A,
    changes: [Option<(&str, Option<&Value>)>; 2],
    decision: Decision,
    left: &mut usize,
) -> Option<bool> {
    *left = left.checked_sub(1)?;
    let changed = Changed {
        attributes,
        changes,
    };
    Some(prepared.decide(&changed).effect != decision.effect)
}

fn change((attribute, to): (&str, Option<&Value>)) -> Change {
    Change {
        attribute: attribute.into(),
        to: to.cloned(),
    }
}

impl Candidates {
    fn collect<A: Attributes + ?Sized>(
        &mut self,
        set: &ConditionSet,
        attributes: &A,
        redaction: &Redaction,
    ) {
        match set {
            ConditionSet::And(items) | ConditionSet::Or(items) => {
                for item in items {
                    self.collect(item, attributes, redaction);
                }
            }
            ConditionSet::Leaf(condition) => self.condition(condition, attributes, redaction),
        }
    }

    fn condition<A: Attributes + ?Sized>(
        &mut self,
        condition: &Condition,
        attributes: &A,
        redaction: &Redaction,
    ) {
        let op = condition.op.positive().0;
        match (&condition.left, &condition.right) {
            (Operand::Attribute(name), Operand::Literal(literal)) => {
                self.literal(name, op, literal);
            }
            (Operand::Literal(literal), Operand::Attribute(name)) => {
                // On the right stands a list that has the literal, or something equal.
                let value = match op {
                    Operator::In => Value::from(vec![literal.clone()]),
                    _ => literal.clone(),
                };
                self.add(name, Some(value));
            }
            (Operand::Attribute(left), Operand::Attribute(right)) => {
                for (to, from) in [(left, right), (right, left)] {
                    let shown = attributes.get(from).filter(|_| redaction.shows(from));
                    if let Some(value) = shown {
                        self.add(to, Some(value.clone()));
                    }
                }
            }
            (Operand::Literal(_), Operand::Literal(_)) => return,
        }
        for operand in [&condition.left, &condition.right] {
            if let Operand::Attribute(name) = operand {
                self.add(name, None);
                // Something no rule mentions, of the same kind as what they do.
                self.add(name, Some("other".into()));
                self.add(name, Some(Vec::<Value>::new().into()));
            }
        }
    }

    fn literal(&mut self, name: &Arc<str>, op: Operator, literal: &Value) {
        let limits = PatternLimits::default();
        let shape = match (op, literal) {
            (Operator::In, Value::Array(items)) => {
                for item in items.iter() {
                    self.add(name, Some(item.clone()));
                }
                return;
            }
            (Operator::Intersects, Value::Array(items)) => {
                for item in items.iter() {
                    self.add(name, Some(vec![item.clone()].into()));
                }
                return;
            }
            (Operator::Like, Value::String(source)) => Like::new(source, &limits)
                .ok()
                .map(|like| like.shape().clone()),
            (Operator::Match | Operator::MatchFold, Value::String(source)) => {
                let pattern = Pattern::new(source, op == Operator::MatchFold, &limits).ok();
                pattern.map(|pattern| pattern.shape().clone())
            }
            _ => return self.add(name, Some(literal.clone())),
        };
        // The fixed text of a pattern is the shortest text that matches it.
        if let Some(
            Shape::Exact(text) | Shape::Prefix(text) | Shape::Suffix(text) | Shape::Contains(text),
        ) = shape
        {
            self.add(name, Some(text.into()));
        }
    }

    fn add(&mut self, name: &Arc<str>, value: Option<Value>) {
        let at = match self.values.iter().position(|(known, _)| known == name) {
            Some(at) => at,
            None if self.values.len() < ATTRIBUTES => {
                self.values.push((name.clone(), Vec::new()));
                self.values.len() - 1
            }
            None => return,
        };
        let values = &mut self.values[at].1;
        if values.len() < VALUES && self.seen.insert((name.clone(), value.clone())) {
            values.push(value);
        }
    }
}
