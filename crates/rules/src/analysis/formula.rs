//! What is asked of a request, as a formula over atoms with sets of accepted outcomes.

use std::sync::Arc;

use crate::syntax::{Condition, ConditionSet, Effect, Operand, Operator, Rule, SlugSet};
use crate::value::Truth;

use super::atoms::{Atom, Atoms};

/// A set of truth values.
pub(super) type Outcomes = u8;
pub(super) const TRUE: Outcomes = 1;
pub(super) const FALSE: Outcomes = 2;
pub(super) const UNDECIDED: Outcomes = 4;
pub(super) const ANY: Outcomes = 7;

pub(super) fn outcome(truth: Truth) -> Outcomes {
    match truth {
        Truth::True => TRUE,
        Truth::False => FALSE,
        Truth::Undecided => UNDECIDED,
    }
}

/// A formula without negation; `atom` has one of the outcomes.
#[derive(Clone, Debug)]
pub(super) enum Formula {
    Constant(bool),
    Atom(usize, Outcomes),
    All(Vec<Formula>),
    Any(Vec<Formula>),
    /// A formula that stands in several others.
    Shared(Arc<Formula>),
}

impl Formula {
    /// The same formula, cheap to clone.
    pub(super) fn shared(self) -> Self {
        Self::Shared(Arc::new(self))
    }
}

impl Atoms {
    /// The rule decides, if no rule before it does.
    pub(super) fn fires(&mut self, rule: &Rule) -> Formula {
        let wanted = match rule.effect {
            Effect::Allow => TRUE,
            Effect::Deny => TRUE | UNDECIDED,
        };
        Formula::All(vec![
            self.names(&rule.types, Atom::Type, TRUE),
            self.names(&rule.actions, Atom::Action, TRUE),
            self.condition(&rule.condition, wanted),
        ])
    }

    /// The rule leaves the decision to those after it.
    pub(super) fn passes(&mut self, rule: &Rule) -> Formula {
        let wanted = match rule.effect {
            Effect::Allow => FALSE | UNDECIDED,
            Effect::Deny => FALSE,
        };
        Formula::Any(vec![
            self.names(&rule.types, Atom::Type, FALSE),
            self.names(&rule.actions, Atom::Action, FALSE),
            self.condition(&rule.condition, wanted),
        ])
    }

    /// The rule's conditions are true of a request it speaks about.
    pub(super) fn matches(&mut self, rule: &Rule) -> Formula {
        Formula::All(vec![
            self.names(&rule.types, Atom::Type, TRUE),
            self.names(&rule.actions, Atom::Action, TRUE),
            self.condition(&rule.condition, TRUE),
        ])
    }

    /// The opposite of [`Atoms::matches`].
    pub(super) fn differs(&mut self, rule: &Rule) -> Formula {
        Formula::Any(vec![
            self.names(&rule.types, Atom::Type, FALSE),
            self.names(&rule.actions, Atom::Action, FALSE),
            self.condition(&rule.condition, FALSE | UNDECIDED),
        ])
    }

    fn names(&mut self, set: &SlugSet, atom: fn(SlugSet) -> Atom, wanted: Outcomes) -> Formula {
        match set {
            SlugSet::Any => Formula::Constant(wanted == TRUE),
            set => Formula::Atom(self.index(atom(set.clone())), wanted),
        }
    }

    /// The condition set has one of the outcomes, which must be one of the four sets used by rules:
    /// true, not true, false, not false.
    pub(super) fn condition(&mut self, set: &ConditionSet, wanted: Outcomes) -> Formula {
        let items = match set {
            ConditionSet::Leaf(condition) => return self.leaf(condition, wanted),
            // Empty sets hold, also this one.
            ConditionSet::Or(items) if items.is_empty() => {
                return Formula::Constant(wanted & TRUE != 0);
            }
            ConditionSet::And(items) | ConditionSet::Or(items) => items,
        };
        let items = items
            .iter()
            .map(|item| self.condition(item, wanted))
            .collect();
        // A conjunction is (not) true if all (one) of its items are; a disjunction mirrors it.
        let upward = wanted & TRUE != 0;
        if matches!(set, ConditionSet::And(_)) == upward {
            Formula::All(items)
        } else {
            Formula::Any(items)
        }
    }

    fn leaf(&mut self, condition: &Condition, wanted: Outcomes) -> Formula {
        let (op, negated) = condition.op.positive();
        let wanted = if negated {
            (wanted & UNDECIDED)
                | if wanted & TRUE != 0 { FALSE } else { 0 }
                | if wanted & FALSE != 0 { TRUE } else { 0 }
        } else {
            wanted
        };
        // Equality and common items do not depend on the order, so both orders are one atom.
        let (left, right) = match (op, &condition.left, &condition.right) {
            (
                Operator::Equal | Operator::Intersects,
                Operand::Literal(_),
                Operand::Attribute(_),
            ) => (condition.right.clone(), condition.left.clone()),
            (_, left, right) => (left.clone(), right.clone()),
        };
        let atom = Atom::Condition(left, op, right);
        Formula::Atom(self.index(atom), wanted)
    }
}
