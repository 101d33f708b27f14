//! Which values of one scalar type meet a test: the part of rendering that all query languages share.
//!
//! The language compares across types, query languages do not (or differently). So every test is
//! first worked out per type as a set of members, and only such sets are written in a query language.

use std::collections::HashSet;

use crate::naive;
use crate::pattern::{Shape, fold};
use crate::syntax::{Condition, Operand, Operator};
use crate::value::{Number, Truth, Value, eq};

use super::expr::{Matcher, Outcome, Test};

/// A type of scalar that a column or a stored item can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scalar {
    Text,
    /// Whole numbers of 64 bits with a sign.
    Integer,
    /// Finite doubles.
    Real,
    /// Decimals that are read as the nearest double, or exactly if whole.
    Decimal,
    Boolean,
}

/// A set of values of one type.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Members {
    /// These values.
    In(Vec<Value>),
    /// All values of the type but these.
    NotIn(Vec<Value>),
    /// Texts, or the texts of the values, with this shape (or without it).
    Shaped {
        shape: Shape,
        /// Whether the shape's text is folded and to be compared with the folded subject.
        folded: bool,
        wanted: Outcome,
    },
}

/// The values that meet a test, or a set that contains them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Meets {
    pub(super) members: Members,
    pub(super) exact: bool,
}

impl Meets {
    fn exactly(members: Members) -> Self {
        Self {
            members,
            exact: true,
        }
    }

    fn within(members: Members) -> Self {
        Self {
            members,
            exact: false,
        }
    }

    fn none() -> Self {
        Self::exactly(Members::In(Vec::new()))
    }
}

/// A test between one attribute and one literal.
pub(super) struct OneSided<'t> {
    pub(super) attribute: &'t str,
    test: &'t Test,
    literal: &'t Value,
    attribute_is_left: bool,
}

impl<'t> OneSided<'t> {
    pub(super) fn of(test: &'t Test) -> Option<Self> {
        let Condition { left, right, .. } = test.condition();
        match (left, right) {
            (Operand::Attribute(attribute), Operand::Literal(literal)) => Some(Self {
                attribute,
                test,
                literal,
                attribute_is_left: true,
            }),
            (Operand::Literal(literal), Operand::Attribute(attribute)) => Some(Self {
                attribute,
                test,
                literal,
                attribute_is_left: false,
            }),
            _ => None,
        }
    }

    /// Whether a null, and so a missing attribute, meets the test.
    pub(super) fn met_by_null(&self) -> bool {
        self.met_by(&Value::Null)
    }

    fn met_by(&self, value: &Value) -> bool {
        let op = self.test.condition().op;
        let truth = if self.attribute_is_left {
            naive::compare(value, op, self.literal)
        } else {
            naive::compare(self.literal, op, value)
        };
        truth == self.test.outcome().truth()
    }

    /// For a test that asks about the items of a list attribute: the literals an item is compared
    /// with. Scalars never meet such a test.
    pub(super) fn asks_items(&self) -> Option<&'t [Value]> {
        match (self.test.condition().op, self.attribute_is_left) {
            (Operator::Intersects, _) => self.literal.as_array(),
            (Operator::In, false) => Some(std::slice::from_ref(self.literal)),
            _ => None,
        }
    }

    pub(super) fn outcome(&self) -> Outcome {
        self.test.outcome()
    }

    /// The values of a type that meet the test.
    pub(super) fn meets(&self, scalar: Scalar) -> Meets {
        if scalar == Scalar::Boolean {
            return booleans(|value| self.met_by(value));
        }
        match (self.test.condition().op, self.literal) {
            (Operator::Equal, literal) => {
                equal(scalar, std::slice::from_ref(literal), self.outcome())
            }
            (Operator::In, Value::Array(items)) if self.attribute_is_left => {
                equal(scalar, items, self.outcome())
            }
            // A scalar is no list.
            (Operator::In | Operator::Intersects, _) => Meets::none(),
            _ => self.shaped(scalar),
        }
    }

    fn shaped(&self, scalar: Scalar) -> Meets {
        let everything = Meets::within(Members::NotIn(Vec::new()));
        if !self.attribute_is_left {
            // The attribute is the pattern, and only a text can be one.
            return if scalar == Scalar::Text {
                everything
            } else {
                Meets::none()
            };
        }
        let (shape, folded) = match self.test.pattern() {
            Some(Matcher::Like(like)) => (like.shape(), true),
            Some(Matcher::Pattern(pattern)) => (pattern.shape(), pattern.folds()),
            None => return Meets::none(),
        };
        // Only whole numbers have the same text everywhere.
        let has_text = matches!(scalar, Scalar::Text | Scalar::Integer);
        if !has_text || *shape == Shape::Regex {
            return everything;
        }
        Meets::exactly(Members::Shaped {
            shape: shape.clone(),
            folded,
            wanted: self.outcome(),
        })
    }
}

/// There are only two booleans, so both are tried.
fn booleans(meets: impl Fn(&Value) -> bool) -> Meets {
    let both = [true, false].map(Value::from);
    Meets::exactly(Members::In(both.into_iter().filter(meets).collect()))
}

/// The values of a type that equal one of the items, or differ from all of them.
pub(super) fn equal(scalar: Scalar, items: &[Value], outcome: Outcome) -> Meets {
    if scalar == Scalar::Boolean {
        let items: Value = items.iter().cloned().collect();
        return booleans(|v| naive::compare(v, Operator::In, &items) == outcome.truth());
    }
    match outcome {
        Outcome::Holds => {
            let (mut found, mut exact) = (Unique::default(), true);
            for item in items {
                match equal_to(scalar, item) {
                    Equals::Values(values) => values.into_iter().for_each(|v| found.push(v)),
                    Equals::Unlisted(_) => exact = false,
                }
            }
            if exact {
                Meets::exactly(Members::In(found.list))
            } else {
                Meets::within(Members::NotIn(Vec::new()))
            }
        }
        Outcome::Fails => {
            let (mut excluded, mut exact) = (Unique::default(), true);
            let mut only: Option<Vec<Value>> = None;
            for item in items {
                match item {
                    // Undecidable against everything.
                    Value::Array(_) | Value::Object(_) => return Meets::none(),
                    Value::Null => excluded.push(zero(scalar)),
                    // A text that is not one of these three is undecidable against true.
                    Value::Bool(true) if scalar == Scalar::Text => {
                        only = Some(vec!["".into(), "0".into()]);
                    }
                    _ => match equal_to(scalar, item) {
                        Equals::Values(values) => values.into_iter().for_each(|v| excluded.push(v)),
                        Equals::Unlisted(value) => {
                            exact = false;
                            value.into_iter().for_each(|v| excluded.push(v));
                        }
                    },
                }
            }
            let members = match only {
                Some(only) => {
                    let left = only.into_iter().filter(|v| !excluded.seen.contains(v));
                    Members::In(left.collect())
                }
                None => Members::NotIn(excluded.list),
            };
            Meets { members, exact }
        }
    }
}

/// The value of the type that null neither equals nor differs from.
pub(super) fn zero(scalar: Scalar) -> Value {
    match scalar {
        Scalar::Text => "".into(),
        Scalar::Boolean => false.into(),
        Scalar::Integer | Scalar::Real | Scalar::Decimal => 0.into(),
    }
}

/// The values of a type that equal a literal.
enum Equals {
    Values(Vec<Value>),
    /// Too many to list; this one is among them.
    Unlisted(Option<Value>),
}

fn equal_to(scalar: Scalar, literal: &Value) -> Equals {
    let number = |n: Number| match scalar {
        Scalar::Integer if n.as_i64().is_none() => Equals::Values(Vec::new()),
        Scalar::Real if Number::from_f64(n.as_f64()) != Some(n) => Equals::Values(Vec::new()),
        // Several decimals are read as the same fraction.
        Scalar::Decimal if n.as_i64().is_none() && n.as_u64().is_none() => Equals::Unlisted(None),
        _ => Equals::Values(vec![n.into()]),
    };
    match (scalar, literal) {
        (_, Value::Null | Value::Array(_) | Value::Object(_)) => Equals::Values(Vec::new()),
        (Scalar::Boolean, _) => match booleans(|b| eq(b, literal) == Truth::True).members {
            Members::In(values) => Equals::Values(values),
            Members::NotIn(_) | Members::Shaped { .. } => Equals::Unlisted(None),
        },
        (Scalar::Text, Value::String(_)) => Equals::Values(vec![literal.clone()]),
        (Scalar::Text, Value::Bool(true)) => Equals::Values(vec!["1".into()]),
        (Scalar::Text, Value::Bool(false)) => Equals::Values(vec!["".into(), "0".into()]),
        // Any spelling of a number equals it, and there is no end of spellings.
        (Scalar::Text, Value::Number(n)) => {
            let spelling = n.to_string();
            let spells = Number::spelled_by(&spelling) == Some(*n);
            Equals::Unlisted(spells.then(|| spelling.into()))
        }
        (_, Value::Number(n)) => number(*n),
        (_, Value::String(s)) => match Number::spelled_by(s) {
            Some(n) => number(n),
            None => Equals::Values(Vec::new()),
        },
        (_, Value::Bool(b)) => Equals::Values(vec![i64::from(*b).into()]),
    }
}

/// Values in order of first appearance.
#[derive(Default)]
struct Unique {
    list: Vec<Value>,
    seen: HashSet<Value>,
}

impl Unique {
    fn push(&mut self, value: Value) {
        if self.seen.insert(value.clone()) {
            self.list.push(value);
        }
    }
}

/// The characters besides upper-case ASCII that fold to the characters of a folded text, each with
/// what it folds to; `None` if there are more than a query should spell out.
pub(super) fn fold_variants(text: &str) -> Option<Vec<(char, char)>> {
    use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};
    const MOST: usize = 16;
    let mut done = HashSet::new();
    let mut variants = Vec::new();
    for c in text.chars().filter(|c| done.insert(*c)) {
        let mut class = ClassUnicode::new([ClassUnicodeRange::new(c, c)]);
        class.case_fold_simple();
        for range in class.iter() {
            for member in range.start()..=range.end() {
                if member != c && !member.is_ascii_uppercase() {
                    let mut buffer = [0; 4];
                    debug_assert!(fold(member.encode_utf8(&mut buffer)).chars().eq([c]));
                    variants.push((member, c));
                }
            }
        }
        if variants.len() > MOST {
            return None;
        }
    }
    Some(variants)
}
