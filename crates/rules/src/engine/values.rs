//! Finding rules by the value of one attribute.
//!
//! A rule is entered under every value that makes its test true and, for a deny, also under every value
//! that makes it undecidable. More rules may be found than pass, never fewer: whoever finds one runs its
//! whole condition.

use super::hash::{Map, StrMap};
use super::text::spelled_by;
use crate::syntax::Effect;
use crate::value::{Number, Value};

/// Rule numbers in ascending order.
#[derive(Clone, Default)]
pub(super) enum Postings {
    #[default]
    None,
    One(u32),
    Many(Vec<u32>),
}

#[derive(Default)]
pub(super) struct ValueIndex {
    strings: StrMap<Postings>,
    numbers: Map<Number, Postings>,
    /// Some entry in `numbers` is a number in the rule and not a string that spells one; only those
    /// equal other spellings.
    has_numbers: bool,
    bools: [Postings; 2],
    null: Postings,
    /// Denials that any string but an empty one, `0` or `1` leaves undecided.
    any_string: Postings,
    /// Denials, which a list or a map leaves undecided.
    compound: Postings,
}

impl Postings {
    #[inline]
    pub(super) fn as_slice(&self) -> &[u32] {
        match self {
            Self::None => &[],
            Self::One(rule) => std::slice::from_ref(rule),
            Self::Many(rules) => rules,
        }
    }

    /// Adds a rule, which must not come before those already there.
    pub(super) fn push(&mut self, rule: u32) {
        match self {
            Self::None => *self = Self::One(rule),
            Self::One(only) if *only != rule => *self = Self::Many(vec![*only, rule]),
            Self::Many(rules) if rules.last() != Some(&rule) => rules.push(rule),
            Self::One(_) | Self::Many(_) => {}
        }
    }
}

impl ValueIndex {
    /// Enters a rule whose condition needs the attribute to equal this value.
    pub(super) fn add(&mut self, rule: u32, effect: Effect, value: &Value) {
        let deny = effect == Effect::Deny;
        match value {
            Value::Null => {
                self.null.push(rule);
                if deny {
                    self.string("", rule);
                    self.number(0, rule);
                    self.bools[0].push(rule);
                }
            }
            Value::Bool(b) => {
                self.bools[usize::from(*b)].push(rule);
                self.number(u64::from(*b), rule);
                if *b {
                    self.string("1", rule);
                } else {
                    self.string("", rule);
                    self.string("0", rule);
                }
                match (deny, b) {
                    (true, true) => self.any_string.push(rule),
                    (true, false) => self.null.push(rule),
                    (false, _) => {}
                }
            }
            Value::Number(n) => {
                self.has_numbers = true;
                self.numbers.entry(*n).or_default().push(rule);
                match n.as_u64() {
                    Some(0) => {
                        self.bools[0].push(rule);
                        if deny {
                            self.null.push(rule);
                        }
                    }
                    Some(1) => self.bools[1].push(rule),
                    _ => {}
                }
            }
            Value::String(text) => {
                self.strings.entry(text.clone()).or_default().push(rule);
                if let Some(n) = spelled_by(text) {
                    self.numbers.entry(n).or_default().push(rule);
                }
                match &**text {
                    "" | "0" => self.bools[0].push(rule),
                    "1" => self.bools[1].push(rule),
                    _ if deny => self.bools[1].push(rule),
                    _ => {}
                }
                if deny && text.is_empty() {
                    self.null.push(rule);
                }
            }
            // Only in lists of an allow, where such an item changes nothing.
            Value::Array(_) | Value::Object(_) => {}
        }
        if deny {
            self.compound.push(rule);
        }
    }

    fn string(&mut self, text: &str, rule: u32) {
        match self.strings.get_mut(text) {
            Some(postings) => postings.push(rule),
            None => {
                self.strings.insert(text.into(), Postings::One(rule));
            }
        }
    }

    fn number(&mut self, n: u64, rule: u32) {
        self.numbers.entry(n.into()).or_default().push(rule);
    }

    /// Hands over the rules found by this value, in up to three ascending runs.
    #[inline]
    pub(super) fn find<'e>(&'e self, value: &Value, push: &mut impl FnMut(&'e [u32])) {
        match value {
            Value::String(text) => {
                if let Some(postings) = self.strings.get(text) {
                    push(postings.as_slice());
                }
                if self.has_numbers
                    && let Some(n) = spelled_by(text)
                    && let Some(postings) = self.numbers.get(&n)
                {
                    push(postings.as_slice());
                }
                push(self.any_string.as_slice());
            }
            Value::Number(n) => {
                if let Some(postings) = self.numbers.get(n) {
                    push(postings.as_slice());
                }
            }
            Value::Bool(b) => push(self.bools[usize::from(*b)].as_slice()),
            Value::Null => push(self.null.as_slice()),
            Value::Array(_) | Value::Object(_) => push(self.compound.as_slice()),
        }
    }
}
