//! Why a decision came out as it did: the compiled engine's own evaluator with a tracer listening.
//!
//! An [`Explanation`] names for each rule the part that failed, shows operand values as far as a
//! [`Redaction`] lets it, and gives the smallest change of the resource that would turn the answer around.
//! Conditions are not evaluated a second way here; values are only looked up again to be shown.

mod change;
mod json;
mod redaction;
mod render;

use std::collections::HashMap;
use std::sync::Arc;

pub use change::Change;
pub use redaction::Redaction;
pub use render::Style;

use crate::engine::{Digest, Engine, Tracer, decides};
use crate::naive::{Attributes, Decision, RequestError};
use crate::syntax::{ConditionSet, Effect, Operand, Operator};
use crate::value::{Truth, Value};

/// A decision and the reasons for it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Explanation {
    /// The digest of the rule list.
    pub digest: Digest,
    /// The action that was asked for.
    pub action: String,
    /// The type of the resource.
    pub resource_type: String,
    /// The answer.
    pub decision: Decision,
    /// The notes of the deciding rule.
    pub meta: Option<serde_json::Value>,
    /// The rules in list order, up to the deciding one.
    pub rules: Vec<RuleTrace>,
    /// How many rules follow the deciding one and were not looked at.
    pub rules_after: usize,
    /// The smallest change found that turns the answer around: one or two attributes. Empty if none was
    /// found among the values that the rules mention.
    pub change: Vec<Change>,
}

/// What came of one rule.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RuleTrace {
    /// The rule, counted from 0.
    pub rule: usize,
    /// What it says when it matches.
    pub effect: Effect,
    /// Which part decided about it.
    pub outcome: Outcome,
    /// Whether it decided the answer.
    pub decides: bool,
    /// Every condition of a rule whose names match, in written order.
    pub conditions: Vec<ConditionTrace>,
}

/// Which part of a rule decided whether it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It does not speak about the type.
    OtherType,
    /// It does not speak about the action.
    OtherAction,
    /// Its names match, and its conditions come to this.
    Conditions(Truth),
}

/// What came of one condition.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ConditionTrace {
    /// Where it stands in the rule's match, such as `[1].$or[0]`.
    pub path: String,
    /// The operand on the left.
    pub left: OperandTrace,
    /// The operator.
    pub op: Operator,
    /// The operand on the right.
    pub right: OperandTrace,
    /// Whether it holds.
    pub truth: Truth,
}

/// An operand with the value it had.
#[derive(Clone, Debug, PartialEq)]
pub enum OperandTrace {
    /// A value written in the rule.
    Literal(Value),
    /// An attribute of the resource.
    Attribute(Arc<str>, Seen),
}

/// The value of an attribute, as far as it may be shown.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    /// The resource does not have the attribute, which counts as null.
    Missing,
    /// Its value.
    Value(Value),
    /// Its kind, as the value itself is hidden.
    Hidden(&'static str),
}

/// Keeps the truth of each node.
#[derive(Default)]
struct Recorder(HashMap<u32, Truth>);

impl Tracer for Recorder {
    const ON: bool = true;

    fn node(&mut self, node: u32, truth: Truth) {
        self.0.insert(node, truth);
    }
}

impl Engine {
    /// Decides as [`Engine::decide`] does and tells why.
    ///
    /// This visits every rule up to the deciding one and tries out changes of the resource; it is made for
    /// people who wonder about an answer, not for every request.
    ///
    /// # Errors
    /// [`RequestError`] when the question itself is malformed.
    ///
    /// ```
    /// use portcullis_rules::{Condition, Engine, Operand, Operator, Redaction, Rule, RuleList, Style, Value};
    /// let mine = Condition::new(Operand::attribute("owner"), Operator::Equal, "ann");
    /// let engine = Engine::compile(&RuleList(vec![Rule::allow().on_types(["doc"]).when(mine)])).unwrap();
    /// let doc = Value::from_json(&serde_json::json!({"owner": "bob"}));
    /// let why = engine.explain("read", "doc", &doc, &Redaction::ShowAll).unwrap();
    /// assert_eq!(why.change[0].to_string(), r#"set @owner to "ann""#);
    /// assert_eq!(why.render(Style::Plain), r#"deny: no rule lets `read` be done on this `doc`
    ///   rule 0 would allow, but its conditions do not hold
    ///     false      @owner = "ann"    (@owner is "bob")
    /// It would be allowed: set @owner to "ann"
    /// "#);
    /// ```
    pub fn explain<A: Attributes + ?Sized>(
        &self,
        action: &str,
        resource_type: &str,
        attributes: &A,
        redaction: &Redaction,
    ) -> Result<Explanation, RequestError> {
        let decision = self.decide(action, resource_type, attributes)?;
        let list = &self.rules().0;
        let mut rules = Vec::new();
        for number in 0..list.len() {
            let trace = self.explain_rule(number, action, resource_type, attributes, redaction);
            let last = trace.decides;
            rules.push(trace);
            if last {
                break;
            }
        }
        let deciding = decision.rule.and_then(|number| list.get(number));
        Ok(Explanation {
            digest: self.digest(),
            action: action.to_owned(),
            resource_type: resource_type.to_owned(),
            decision,
            meta: deciding.and_then(|rule| rule.meta.clone()),
            rules_after: list.len() - rules.len(),
            rules,
            change: change::smallest(self, action, resource_type, attributes, decision, redaction)?,
        })
    }

    fn explain_rule<A: Attributes + ?Sized>(
        &self,
        number: usize,
        action: &str,
        resource_type: &str,
        attributes: &A,
        redaction: &Redaction,
    ) -> RuleTrace {
        let rule = &self.rules().0[number];
        let mut trace = RuleTrace {
            rule: number,
            effect: rule.effect,
            outcome: Outcome::OtherType,
            decides: false,
            conditions: Vec::new(),
        };
        if !rule.types.contains(resource_type) {
            return trace;
        }
        if !rule.actions.contains(action) {
            trace.outcome = Outcome::OtherAction;
            return trace;
        }
        let mut recorder = Recorder::default();
        let truth = self.trace(number, attributes, &mut recorder);
        trace.outcome = Outcome::Conditions(truth);
        trace.decides = decides(rule.effect, truth);
        let mut collector = Collector {
            engine: self,
            truths: &recorder.0,
            attributes,
            redaction,
            conditions: &mut trace.conditions,
        };
        collector.collect(&rule.condition, self.root(number), String::new(), true);
        trace
    }
}

/// Walks a rule's conditions and the nodes they became side by side.
struct Collector<'c, A: ?Sized> {
    engine: &'c Engine,
    truths: &'c HashMap<u32, Truth>,
    attributes: &'c A,
    redaction: &'c Redaction,
    conditions: &'c mut Vec<ConditionTrace>,
}

impl<A: Attributes + ?Sized> Collector<'_, A> {
    fn collect(&mut self, set: &ConditionSet, node: u32, path: String, whole: bool) {
        let (items, key) = match set {
            ConditionSet::Leaf(condition) => {
                let trace = ConditionTrace {
                    path,
                    left: self.operand(&condition.left),
                    op: condition.op,
                    right: self.operand(&condition.right),
                    truth: self.truths.get(&node).copied().unwrap_or(Truth::Undecided),
                };
                return self.conditions.push(trace);
            }
            // The outermost list is written bare.
            ConditionSet::And(items) if whole => (items, ""),
            ConditionSet::And(items) => (items, ".$and"),
            ConditionSet::Or(items) => (items, ".$or"),
        };
        let first = self.engine.first_child(node);
        for (i, (child, item)) in (first..).zip(items).enumerate() {
            self.collect(item, child, format!("{path}{key}[{i}]"), false);
        }
    }

    fn operand(&self, operand: &Operand) -> OperandTrace {
        match operand {
            Operand::Literal(value) => OperandTrace::Literal(value.clone()),
            Operand::Attribute(name) => {
                let seen = match self.attributes.get(name) {
                    None => Seen::Missing,
                    Some(value) if self.redaction.shows(name) => Seen::Value(value.clone()),
                    Some(value) => Seen::Hidden(value.kind()),
                };
                OperandTrace::Attribute(name.clone(), seen)
            }
        }
    }
}
