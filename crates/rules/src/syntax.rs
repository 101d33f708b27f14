//! The rule language as data: rule lists, slug sets, condition trees, operands and operators.
//!
//! These types can be read from JSON (`parse`), built in code and written back to JSON. Deciding does
//! not belong here, and neither does any check: a list built in code is checked by
//! [`RuleList::validate`].

mod json;

use std::fmt;
use std::sync::Arc;

use crate::value::Value;

/// An ordered list of rules; the first one that matches decides, and nothing matching means deny.
///
/// ```
/// use portcullis_rules::{Condition, Operand, Operator, Rule, RuleList};
/// let rules = RuleList(vec![
///     Rule::allow()
///         .on_types(["doc"])
///         .actions(["read"])
///         .when(Condition::new(Operand::attribute("owner"), Operator::Equal, "ann")),
/// ]);
/// let text = rules.to_json().to_string();
/// assert_eq!(RuleList::from_json_str(&text).unwrap(), rules);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuleList(pub Vec<Rule>);

/// What a rule, or a decision, says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Effect {
    /// The action may be done.
    Allow,
    /// The action may not be done.
    Deny,
}

/// One rule: an effect for some actions on some types of resource that meet a condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// What the rule says when it matches.
    pub effect: Effect,
    /// The resource types it speaks about.
    pub types: SlugSet,
    /// The actions it speaks about.
    pub actions: SlugSet,
    /// What must hold of the resource.
    pub condition: ConditionSet,
    /// The author's notes; never looked at when deciding.
    pub meta: Option<serde_json::Value>,
}

/// A set of names, compared exactly and case-sensitively.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SlugSet {
    /// Every name.
    Any,
    /// The listed names.
    Only(Slugs),
    /// Every name but the listed ones.
    Except(Slugs),
}

/// Names in the order they were written, without repetitions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Slugs(Arc<[Arc<str>]>);

/// A tree of conditions; an empty `And` and an empty `Or` both hold.
#[derive(Clone, Debug, PartialEq)]
pub enum ConditionSet {
    /// All of the items must hold.
    And(Vec<ConditionSet>),
    /// One of the items must hold.
    Or(Vec<ConditionSet>),
    /// A single condition.
    Leaf(Condition),
}

/// One comparison between two operands.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The operand on the left.
    pub left: Operand,
    /// How the operands are compared.
    pub op: Operator,
    /// The operand on the right.
    pub right: Operand,
}

/// One side of a condition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Operand {
    /// A value written in the rule.
    Literal(Value),
    /// The value of the resource's attribute of this name.
    Attribute(Arc<str>),
}

/// How a condition compares its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operator {
    /// `=`: the operands are equal.
    Equal,
    /// `!=`: the operands differ.
    NotEqual,
    /// `~=`: the left text is like the right pattern, with stars at its ends.
    Like,
    /// `~`: the left text contains a match of the right regular expression.
    Match,
    /// `~*`: as `~`, ignoring case.
    MatchFold,
    /// `!~`: the negation of `~`.
    NotMatch,
    /// `!~*`: the negation of `~*`.
    NotMatchFold,
    /// `$in`: the left value equals an item of the right list.
    In,
    /// `$nin`: the left value equals no item of the right list.
    NotIn,
    /// `&`: the lists have an item in common.
    Intersects,
    /// `-`: the lists have no item in common.
    Disjoint,
}

impl FromIterator<Rule> for RuleList {
    fn from_iter<I: IntoIterator<Item = Rule>>(rules: I) -> Self {
        Self(rules.into_iter().collect())
    }
}

impl Effect {
    /// The word for this effect in documents.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
        }
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Rule {
    /// A rule that allows everything, to be narrowed.
    #[must_use]
    pub fn allow() -> Self {
        Self::new(Effect::Allow)
    }

    /// A rule that denies everything, to be narrowed.
    #[must_use]
    pub fn deny() -> Self {
        Self::new(Effect::Deny)
    }

    fn new(effect: Effect) -> Self {
        Self {
            effect,
            types: SlugSet::Any,
            actions: SlugSet::Any,
            condition: ConditionSet::always(),
            meta: None,
        }
    }

    /// Narrows the rule to these resource types.
    #[must_use]
    pub fn on_types(mut self, types: impl Into<SlugSet>) -> Self {
        self.types = types.into();
        self
    }

    /// Narrows the rule to these actions.
    #[must_use]
    pub fn actions(mut self, actions: impl Into<SlugSet>) -> Self {
        self.actions = actions.into();
        self
    }

    /// Adds a condition that must hold too.
    #[must_use]
    pub fn when(mut self, condition: impl Into<ConditionSet>) -> Self {
        match &mut self.condition {
            ConditionSet::And(items) => items.push(condition.into()),
            other => {
                let before = std::mem::replace(other, ConditionSet::always());
                *other = ConditionSet::And(vec![before, condition.into()]);
            }
        }
        self
    }

    /// Attaches notes.
    #[must_use]
    pub fn with_meta(mut self, meta: serde_json::Value) -> Self {
        self.meta = Some(meta);
        self
    }
}

impl SlugSet {
    /// The set of exactly these names.
    pub fn only<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Self {
        Self::Only(Slugs::new(names))
    }

    /// The set of all names but these.
    pub fn except<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Self {
        Self::Except(Slugs::new(names))
    }

    /// Whether the name is in the set.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Only(names) => names.contains(name),
            Self::Except(names) => !names.contains(name),
        }
    }
}

impl<S: AsRef<str>, const N: usize> From<[S; N]> for SlugSet {
    fn from(names: [S; N]) -> Self {
        Self::only(names)
    }
}

impl Slugs {
    /// Collects names, dropping repetitions.
    pub fn new<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Self {
        let mut seen = std::collections::HashSet::new();
        let mut kept: Vec<Arc<str>> = Vec::new();
        for name in names {
            let name: Arc<str> = name.as_ref().into();
            if seen.insert(name.clone()) {
                kept.push(name);
            }
        }
        Self(kept.into())
    }

    /// Whether the name is listed.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|n| &**n == name)
    }

    /// The names in written order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|n| &**n)
    }

    /// The names in written order, shared.
    #[must_use]
    pub fn as_slice(&self) -> &[Arc<str>] {
        &self.0
    }

    /// How many names there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no names.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl ConditionSet {
    /// The set that always holds.
    #[must_use]
    pub fn always() -> Self {
        Self::And(Vec::new())
    }

    /// All of these must hold.
    pub fn all<C: Into<ConditionSet>>(items: impl IntoIterator<Item = C>) -> Self {
        Self::And(items.into_iter().map(Into::into).collect())
    }

    /// One of these must hold; with no items at all it holds.
    pub fn any<C: Into<ConditionSet>>(items: impl IntoIterator<Item = C>) -> Self {
        Self::Or(items.into_iter().map(Into::into).collect())
    }
}

impl From<Condition> for ConditionSet {
    fn from(condition: Condition) -> Self {
        Self::Leaf(condition)
    }
}

impl Condition {
    /// Compares two operands; plain values become literals.
    pub fn new(left: impl Into<Operand>, op: Operator, right: impl Into<Operand>) -> Self {
        Self {
            left: left.into(),
            op,
            right: right.into(),
        }
    }
}

impl Operand {
    /// The attribute of this name.
    #[must_use]
    pub fn attribute(name: &str) -> Self {
        Self::Attribute(name.into())
    }

    /// Whether a document can hold this operand.
    ///
    /// Two cannot be written: the attribute with an empty name, and a text that begins with a backslash
    /// followed by `@`.
    #[must_use]
    pub fn is_writable(&self) -> bool {
        match self {
            Self::Attribute(name) => !name.is_empty(),
            Self::Literal(Value::String(text)) => !text.starts_with("\\@"),
            Self::Literal(_) => true,
        }
    }
}

impl<V: Into<Value>> From<V> for Operand {
    fn from(value: V) -> Self {
        Self::Literal(value.into())
    }
}

impl Operator {
    /// Every operator.
    pub const ALL: [Self; 11] = [
        Self::Equal,
        Self::NotEqual,
        Self::Like,
        Self::Match,
        Self::MatchFold,
        Self::NotMatch,
        Self::NotMatchFold,
        Self::In,
        Self::NotIn,
        Self::Intersects,
        Self::Disjoint,
    ];

    /// The sign of this operator in documents.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Like => "~=",
            Self::Match => "~",
            Self::MatchFold => "~*",
            Self::NotMatch => "!~",
            Self::NotMatchFold => "!~*",
            Self::In => "$in",
            Self::NotIn => "$nin",
            Self::Intersects => "&",
            Self::Disjoint => "-",
        }
    }

    /// The operator with this sign.
    #[must_use]
    pub fn from_sign(sign: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|op| op.sign() == sign)
    }

    /// The operator this one negates, and whether it negates: `!=` is `=` negated.
    #[must_use]
    pub fn positive(self) -> (Self, bool) {
        match self {
            Self::NotEqual => (Self::Equal, true),
            Self::NotMatch => (Self::Match, true),
            Self::NotMatchFold => (Self::MatchFold, true),
            Self::NotIn => (Self::In, true),
            Self::Disjoint => (Self::Intersects, true),
            other => (other, false),
        }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sign())
    }
}
