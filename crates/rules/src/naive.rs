//! The language definition as a program: the slow, plain evaluator every faster one is compared with.
//!
//! It compiles patterns on each use and visits every rule in order. Indexes, caches and traces do not
//! belong here.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hash};

use crate::pattern::{Like, Pattern, PatternLimits};
use crate::syntax::{Condition, ConditionSet, Effect, Operand, Operator, Rule, RuleList};
use crate::value::{Truth, Value, eq};

/// Where conditions look up a resource's data.
///
/// Only stored data may be returned; nothing is ever called or computed on behalf of a rule.
pub trait Attributes {
    /// The value of the attribute, or `None` if the resource does not have it.
    fn get(&self, name: &str) -> Option<&Value>;
}

/// A resource without attributes.
impl Attributes for () {
    fn get(&self, _: &str) -> Option<&Value> {
        None
    }
}

impl<A: Attributes + ?Sized> Attributes for &A {
    fn get(&self, name: &str) -> Option<&Value> {
        (**self).get(name)
    }
}

impl<K: std::borrow::Borrow<str> + Ord> Attributes for BTreeMap<K, Value> {
    fn get(&self, name: &str) -> Option<&Value> {
        Self::get(self, name)
    }
}

impl<K: std::borrow::Borrow<str> + Hash + Eq, S: BuildHasher> Attributes for HashMap<K, Value, S> {
    fn get(&self, name: &str) -> Option<&Value> {
        Self::get(self, name)
    }
}

/// The entries of a map; any other value has no attributes.
impl Attributes for Value {
    fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Object(map) => map.get(name),
            _ => None,
        }
    }
}

/// The answer to one question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decision {
    /// Whether the action is allowed.
    pub effect: Effect,
    /// The rule that decided, counted from 0; `None` if none matched and the default denied.
    pub rule: Option<usize>,
}

impl Decision {
    /// The answer when no rule matches.
    pub const DEFAULT: Self = Self {
        effect: Effect::Deny,
        rule: None,
    };

    /// Whether the action is allowed.
    #[must_use]
    pub fn is_allow(self) -> bool {
        self.effect == Effect::Allow
    }
}

/// Why a question has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The resource type is empty.
    #[error("the resource type is empty; name the type of the resource")]
    EmptyResourceType,
}

/// Answers whether the rules let the action be done on a resource.
///
/// # Errors
/// [`RequestError`] when the question itself is malformed; treat it as a denial.
///
/// ```
/// use portcullis_rules::{Effect, RuleList, Value, naive};
/// let rules: RuleList = r#"[{"access": "allow", "where": {
///     "rsrc_type": "doc", "action": "read", "rsrc_match": [["@owner", "=", "ann"]]}}]"#
///     .parse()
///     .unwrap();
/// let doc = Value::from_json(&serde_json::json!({"owner": "ann"}));
/// let decision = naive::decide(&rules, "read", "doc", &doc).unwrap();
/// assert_eq!((decision.effect, decision.rule), (Effect::Allow, Some(0)));
/// ```
pub fn decide(
    rules: &RuleList,
    action: &str,
    resource_type: &str,
    attributes: &dyn Attributes,
) -> Result<Decision, RequestError> {
    if resource_type.is_empty() {
        return Err(RequestError::EmptyResourceType);
    }
    for (i, rule) in rules.0.iter().enumerate() {
        let truth = matches(rule, action, resource_type, attributes);
        // An undecidable allow grants nothing, an undecidable deny still denies.
        let decides = match rule.effect {
            Effect::Allow => truth == Truth::True,
            Effect::Deny => truth != Truth::False,
        };
        if decides {
            return Ok(Decision {
                effect: rule.effect,
                rule: Some(i),
            });
        }
    }
    Ok(Decision::DEFAULT)
}

/// Whether one rule matches.
#[must_use]
pub fn matches(
    rule: &Rule,
    action: &str,
    resource_type: &str,
    attributes: &dyn Attributes,
) -> Truth {
    if !rule.types.contains(resource_type) || !rule.actions.contains(action) {
        return Truth::False;
    }
    holds(&rule.condition, attributes)
}

/// Whether a set of conditions holds; items may be visited in any order.
#[must_use]
pub fn holds(set: &ConditionSet, attributes: &dyn Attributes) -> Truth {
    match set {
        ConditionSet::And(items) => items
            .iter()
            .fold(Truth::True, |all, item| all.and(holds(item, attributes))),
        // Empty sets hold, also this one.
        ConditionSet::Or(items) if items.is_empty() => Truth::True,
        ConditionSet::Or(items) => items
            .iter()
            .fold(Truth::False, |any, item| any.or(holds(item, attributes))),
        ConditionSet::Leaf(condition) => test(condition, attributes),
    }
}

/// Whether one condition holds.
#[must_use]
pub fn test(condition: &Condition, attributes: &dyn Attributes) -> Truth {
    let left = resolve(&condition.left, attributes);
    let right = resolve(&condition.right, attributes);
    compare(left, condition.op, right)
}

/// The value of an operand; a missing attribute is null.
pub fn resolve<'v>(operand: &'v Operand, attributes: &'v dyn Attributes) -> &'v Value {
    match operand {
        Operand::Literal(value) => value,
        Operand::Attribute(name) => attributes.get(name).unwrap_or(&Value::Null),
    }
}

/// Applies an operator to two values; patterns are held to the default limits.
///
/// ```
/// use portcullis_rules::{Operator, Truth, Value, naive::compare};
/// let tags = Value::from(vec!["a", "b"]);
/// assert_eq!(compare(&"a".into(), Operator::In, &tags), Truth::True);
/// assert_eq!(compare(&Value::Null, Operator::Match, &"x".into()), Truth::Undecided);
/// ```
#[must_use]
pub fn compare(left: &Value, op: Operator, right: &Value) -> Truth {
    let (op, negated) = op.positive();
    let truth = match op {
        Operator::In => match right.as_array() {
            Some(items) => any_equal(std::slice::from_ref(left), items),
            None => Truth::Undecided,
        },
        Operator::Intersects => match (left.as_array(), right.as_array()) {
            (Some(left), Some(right)) => any_equal(left, right),
            _ => Truth::Undecided,
        },
        Operator::Like => on_text(left, right, |text, pattern, limits| {
            Some(Like::new(pattern, limits).ok()?.is_match(text))
        }),
        Operator::Match => on_text(left, right, |text, pattern, limits| {
            Some(Pattern::new(pattern, false, limits).ok()?.is_match(text))
        }),
        Operator::MatchFold => on_text(left, right, |text, pattern, limits| {
            Some(Pattern::new(pattern, true, limits).ok()?.is_match(text))
        }),
        // `positive` leaves only equality besides those above.
        _ => eq(left, right),
    };
    if negated { !truth } else { truth }
}

fn any_equal(left: &[Value], right: &[Value]) -> Truth {
    let mut found = Truth::False;
    for a in left {
        for b in right {
            found = found.or(eq(a, b));
            if found.is_true() {
                return found;
            }
        }
    }
    found
}

fn on_text(
    subject: &Value,
    pattern: &Value,
    search: impl Fn(&str, &str, &PatternLimits) -> Option<bool>,
) -> Truth {
    let (Some(text), Some(pattern)) = (subject.text(), pattern.as_str()) else {
        return Truth::Undecided;
    };
    search(&text, pattern, &PatternLimits::default()).map_or(Truth::Undecided, Truth::from)
}
