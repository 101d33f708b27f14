//! Partial evaluation: what a rule list says once the subject and the action are known and the
//! resource is not.
//!
//! [`partial`] turns a list into one [`Filter`] over the attributes that are still unknown. A filter
//! answers for data in memory ([`Filter::accepts`]) and can be written as SQL (`sql`) or as a
//! DynamoDB filter expression (`dynamo`). Running such a query does not belong here.

mod dynamo;
mod expr;
mod pred;
mod sql;
mod typed;

use std::sync::Arc;

use crate::naive::Attributes;
use crate::syntax::{Condition, ConditionSet, Effect, Operand, RuleList};
use crate::value::Value;

pub use dynamo::{Dynamo, DynamoValue, Selection};
pub use expr::{Expr, Outcome, Test};
pub(crate) use expr::{Matcher, is_text_operator};
pub use sql::{Column, Columns, Dialect, Kind, MAX_PARAMETERS, Sql};

/// Whether a query that was written from a filter selects the right rows by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Exactness {
    /// The query selects exactly the rows the filter accepts.
    Exact,
    /// The query selects these rows and maybe others: check each with [`Filter::accepts`].
    Superset,
}

/// The attributes whose values are known before any resource is looked at.
///
/// ```
/// use portcullis_rules::Value;
/// use portcullis_rules::partial::Known;
/// let attributes = Value::from_json(&serde_json::json!({"subject.id": "ann"}));
/// let known = Known::new(&attributes).complete_under("subject.");
/// assert_eq!(known.value("subject.id"), Some(&Value::from("ann")));
/// assert_eq!(known.value("subject.team"), Some(&Value::Null));
/// assert_eq!(known.value("owner"), None);
/// ```
#[derive(Clone)]
pub struct Known<'a> {
    attributes: &'a dyn Attributes,
    complete: Vec<Arc<str>>,
}

impl<'a> Known<'a> {
    /// Knows these attributes; any other may have any value.
    #[must_use]
    pub fn new(attributes: &'a dyn Attributes) -> Self {
        Self {
            attributes,
            complete: Vec::new(),
        }
    }

    /// Declares that attributes whose name begins with the prefix are missing unless given.
    #[must_use]
    pub fn complete_under(mut self, prefix: &str) -> Self {
        self.complete.push(prefix.into());
        self
    }

    /// The value of the attribute if it is known, null if it is known to be missing.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.attributes.get(name).or_else(|| {
            let missing = self.complete.iter().any(|p| name.starts_with(&**p));
            missing.then_some(&Value::Null)
        })
    }

    fn operand(&self, operand: &Operand) -> Operand {
        match operand {
            Operand::Attribute(name) => self
                .value(name)
                .map_or_else(|| operand.clone(), |v| Operand::Literal(v.clone())),
            Operand::Literal(_) => operand.clone(),
        }
    }
}

/// Everything a rule list asks of a resource before it allows one action on one type.
///
/// A filter accepts a resource exactly when [`naive::decide`](crate::naive::decide) allows the action
/// on it, with the known attributes and the resource's own put together.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    /// The condition that is left.
    pub expr: Expr,
}

impl Filter {
    /// Whether every resource of the type is accepted, as far as that was proved.
    #[must_use]
    pub fn is_always(&self) -> bool {
        self.expr == Expr::Always
    }

    /// Whether no resource of the type is accepted, as far as that was proved.
    #[must_use]
    pub fn is_never(&self) -> bool {
        self.expr == Expr::Never
    }

    /// Whether a resource with these attributes is accepted; known attributes need not be given again.
    #[must_use]
    pub fn accepts(&self, attributes: &dyn Attributes) -> bool {
        self.expr.holds(attributes)
    }

    /// The names of the attributes the answer depends on, each once, in order of first use.
    #[must_use]
    pub fn attributes(&self) -> Vec<Arc<str>> {
        let mut names = Vec::new();
        self.expr.collect_attributes(&mut names);
        names
    }
}

/// Simplifies a rule list to what it asks of resources of one type for one action.
///
/// An empty resource type, on which deciding is an error, is accepted never.
///
/// ```
/// use portcullis_rules::{RuleList, Value, partial::partial};
/// let rules: RuleList = r#"[
///     {"access": "deny", "where": {"rsrc_type": "doc", "action": "*", "rsrc_match": [["@sealed", "=", true]]}},
///     {"access": "allow", "where": {"rsrc_type": "doc", "action": "read", "rsrc_match": [["@owner", "=", "@subject.id"]]}}
/// ]"#.parse().unwrap();
/// let subject = Value::from_json(&serde_json::json!({"subject.id": "ann"}));
/// let filter = partial(&rules, "read", "doc", &subject);
/// assert_eq!(filter.expr.to_string(), r#"(@sealed = true is false and @owner = "ann")"#);
/// let doc = Value::from_json(&serde_json::json!({"owner": "ann", "sealed": 0}));
/// assert!(filter.accepts(&doc));
/// assert!(partial(&rules, "write", "doc", &subject).is_never());
/// ```
#[must_use]
pub fn partial(
    rules: &RuleList,
    action: &str,
    resource_type: &str,
    known: &dyn Attributes,
) -> Filter {
    partial_with(rules, action, resource_type, &Known::new(known))
}

/// As [`partial`], where more can be said about what is known.
///
/// ```
/// use portcullis_rules::{Condition, Operand, Operator, Rule, RuleList, Value};
/// use portcullis_rules::partial::{Known, partial_with};
/// let same_team = Condition::new(Operand::attribute("subject.team"), Operator::Equal, "infra");
/// let rules = RuleList(vec![Rule::allow().when(same_team)]);
/// let known = Known::new(&()).complete_under("subject.");
/// assert!(partial_with(&rules, "read", "doc", &known).is_never());
/// ```
#[must_use]
pub fn partial_with(
    rules: &RuleList,
    action: &str,
    resource_type: &str,
    known: &Known<'_>,
) -> Filter {
    if resource_type.is_empty() {
        return Filter { expr: Expr::Never };
    }
    // Runs of rules with the same effect, each reduced to one expression: what an allow run accepts,
    // and what a deny run lets pass.
    let mut runs: Vec<(Effect, Vec<Expr>)> = Vec::new();
    for rule in &rules.0 {
        if !rule.types.contains(resource_type) || !rule.actions.contains(action) {
            continue;
        }
        // An allow needs its condition to be true; a deny lets pass only what makes its condition
        // false, because an undecidable deny denies.
        let (outcome, decides_all) = match rule.effect {
            Effect::Allow => (Outcome::Holds, Expr::Always),
            Effect::Deny => (Outcome::Fails, Expr::Never),
        };
        let part = reduce(&rule.condition, outcome, known);
        let last = part == decides_all;
        match runs.last_mut() {
            Some((effect, parts)) if *effect == rule.effect => parts.push(part),
            _ => runs.push((rule.effect, vec![part])),
        }
        if last {
            break;
        }
    }
    let steps: Vec<Step> = runs.into_iter().map(Step::of_run).collect();
    Filter {
        expr: chain(&steps),
    }
}

/// What some consecutive rules make of the answer of the rules after them: `accept or (pass and rest)`.
#[derive(Clone)]
struct Step {
    accept: Expr,
    pass: Expr,
}

impl Step {
    fn of_run((effect, parts): (Effect, Vec<Expr>)) -> Self {
        match effect {
            Effect::Allow => Self {
                accept: Expr::any(parts),
                pass: Expr::Always,
            },
            Effect::Deny => Self {
                accept: Expr::Never,
                pass: Expr::all(parts),
            },
        }
    }

    fn before(&self, rest: Expr) -> Expr {
        Expr::any([self.accept.clone(), Expr::all([self.pass.clone(), rest])])
    }
}

/// Nesting step by step is smallest but as deep as there are steps; past this many, halves are joined
/// instead, so that the depth grows with the logarithm.
const NESTED_STEPS: usize = 48;

fn chain(steps: &[Step]) -> Expr {
    if steps.len() <= NESTED_STEPS {
        let nested = |rest, step: &Step| step.before(rest);
        return steps.iter().rev().fold(Expr::Never, nested);
    }
    // After the last rule nothing is accepted.
    joined(steps).accept
}

fn joined(steps: &[Step]) -> Step {
    match steps {
        [] => Step {
            accept: Expr::Never,
            pass: Expr::Always,
        },
        [step] => step.clone(),
        _ => {
            let (first, second) = steps.split_at(steps.len() / 2);
            let (first, second) = (joined(first), joined(second));
            Step {
                accept: first.before(second.accept),
                pass: Expr::all([first.pass, second.pass]),
            }
        }
    }
}

/// When a condition set has this outcome, for any value of what is unknown.
fn reduce(set: &ConditionSet, outcome: Outcome, known: &Known<'_>) -> Expr {
    let parts = |items: &[ConditionSet]| -> Vec<Expr> {
        items.iter().map(|i| reduce(i, outcome, known)).collect()
    };
    // A conjunction is true if all its items are and false if one is; a disjunction is the mirror image.
    match (set, outcome) {
        (ConditionSet::Leaf(condition), _) => {
            let condition = Condition {
                left: known.operand(&condition.left),
                op: condition.op,
                right: known.operand(&condition.right),
            };
            Expr::test(condition, outcome)
        }
        // Empty sets hold, also this one.
        (ConditionSet::Or(items), Outcome::Holds) if items.is_empty() => Expr::Always,
        (ConditionSet::Or(items), Outcome::Fails) if items.is_empty() => Expr::Never,
        (ConditionSet::And(items), Outcome::Holds) | (ConditionSet::Or(items), Outcome::Fails) => {
            Expr::all(parts(items))
        }
        (ConditionSet::And(items), Outcome::Fails) | (ConditionSet::Or(items), Outcome::Holds) => {
            Expr::any(parts(items))
        }
    }
}
