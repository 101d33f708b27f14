//! The data that rules compare: values, exact numbers, three-valued truth, equality and text form.
//!
//! Everything here is a pure function of its arguments. What does not belong here: the shape of rules
//! (`syntax`), reading documents (`parse`) and patterns (`pattern`).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::ops::Not;
use std::sync::Arc;

use serde::{Serialize, Serializer};

/// The outcome of a test: true, false, or undecidable because the operands have no agreed comparison.
///
/// ```
/// use portcullis_rules::Truth;
/// assert_eq!(Truth::Undecided.and(Truth::False), Truth::False);
/// assert_eq!(Truth::Undecided.or(Truth::True), Truth::True);
/// assert_eq!(!Truth::Undecided, Truth::Undecided);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Truth {
    /// The test holds.
    True,
    /// The test fails.
    False,
    /// The test has no answer; it must never widen access.
    Undecided,
}

impl Truth {
    /// Conjunction: false wins, then undecided.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::False, _) | (_, Self::False) => Self::False,
            (Self::Undecided, _) | (_, Self::Undecided) => Self::Undecided,
            (Self::True, Self::True) => Self::True,
        }
    }

    /// Disjunction: true wins, then undecided.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        !((!self).and(!other))
    }

    /// Whether this is exactly [`Truth::True`].
    #[must_use]
    pub fn is_true(self) -> bool {
        self == Self::True
    }
}

impl Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Undecided => Self::Undecided,
        }
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }
}

/// A finite number in its one canonical form, so that `==` and hashing compare exact values.
///
/// Whole numbers between `i64::MIN` and `u64::MAX` are kept as integers however they were written;
/// every other number is a double.
///
/// ```
/// use portcullis_rules::Number;
/// assert_eq!(Number::from(1000_u64), Number::parse("1e3").unwrap());
/// assert_ne!(Number::parse("9007199254740993").unwrap(), Number::parse("9007199254740992.0").unwrap());
/// assert_eq!(Number::parse("1e21").unwrap().to_string(), "1000000000000000000000");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Number(Repr);

// INVARIANT: one representation per value. `Negative` is below zero; `Float` holds the bits of a finite
// double that is not a whole number in the integer range (so never a zero of either sign).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Repr {
    Negative(i64),
    Natural(u64),
    Float(u64),
}

/// Why a text is not a number we hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// The text does not follow the JSON grammar for numbers.
    #[error("not a JSON number")]
    Grammar,
    /// The magnitude is too large for a double, or so small that it would become zero.
    #[error("outside the range of a double")]
    Range,
    /// The fraction would be lost: the nearest double is a whole number.
    #[error("more precise than a double can hold")]
    Precision,
}

impl Number {
    /// Takes a double; `None` for NaN and the infinities.
    #[must_use]
    pub fn from_f64(value: f64) -> Option<Self> {
        // Both bounds are powers of two, exact as doubles; the upper one is 2^64, one past `u64::MAX`.
        const TOP: f64 = 18_446_744_073_709_551_616.0;
        const BOTTOM: f64 = -9_223_372_036_854_775_808.0;
        if !value.is_finite() {
            return None;
        }
        let repr = if value.trunc() != value || !(BOTTOM..TOP).contains(&value) {
            Repr::Float(value.to_bits())
        } else if value < 0.0 {
            Repr::Negative(value as i64)
        } else {
            Repr::Natural(value as u64)
        };
        Some(Self(repr))
    }

    /// Reads a JSON number: integers in range exactly, anything else as the nearest double.
    ///
    /// # Errors
    /// [`NumberError`] when the text is no JSON number, overflows, underflows to zero, or has a
    /// fraction that a double cannot tell from a whole number.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        let decimal = Decimal::read(text).ok_or(NumberError::Grammar)?;
        decimal.number(text)
    }

    /// The number that a string spells exactly, if any: `"5"`, `"5.0"` and `"1e3"` do, `"05"` does not.
    ///
    /// Where [`Number::parse`] settles for the nearest double, this wants the text to be either the
    /// shortest spelling of that double or its exact value.
    #[must_use]
    pub fn spelled_by(text: &str) -> Option<Self> {
        let decimal = Decimal::read(text)?;
        let number = decimal.number(text).ok()?;
        if let Repr::Float(bits) = number.0 {
            let value = f64::from_bits(bits);
            let spells = |written: &str| Decimal::read(written).is_some_and(|d| d == decimal);
            // 1074 places hold the smallest double exactly; only long texts can need them.
            if !spells(&format!("{value}"))
                && (decimal.digits.len() <= 17 || !spells(&format!("{value:.1074}")))
            {
                return None;
            }
        }
        Some(number)
    }

    /// The value as a double, rounded to the nearest if it is a large integer.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        match self.0 {
            Repr::Negative(n) => n as f64,
            Repr::Natural(n) => n as f64,
            Repr::Float(bits) => f64::from_bits(bits),
        }
    }

    /// The value as a signed integer, if it is one in range.
    #[must_use]
    pub fn as_i64(self) -> Option<i64> {
        match self.0 {
            Repr::Negative(n) => Some(n),
            Repr::Natural(n) => i64::try_from(n).ok(),
            Repr::Float(_) => None,
        }
    }

    /// The value as an unsigned integer, if it is one in range.
    #[must_use]
    pub fn as_u64(self) -> Option<u64> {
        match self.0 {
            Repr::Natural(n) => Some(n),
            Repr::Negative(_) | Repr::Float(_) => None,
        }
    }

    /// The number as `serde_json` holds it.
    #[must_use]
    pub fn to_json(self) -> serde_json::Number {
        match self.0 {
            Repr::Negative(n) => n.into(),
            Repr::Natural(n) => n.into(),
            // Finite by the invariant, so the fallback is never taken.
            Repr::Float(bits) => {
                serde_json::Number::from_f64(f64::from_bits(bits)).unwrap_or_else(|| 0.into())
            }
        }
    }
}

impl From<i64> for Number {
    fn from(n: i64) -> Self {
        u64::try_from(n).map_or(Self(Repr::Negative(n)), |n| Self(Repr::Natural(n)))
    }
}

impl From<u64> for Number {
    fn from(n: u64) -> Self {
        Self(Repr::Natural(n))
    }
}

impl fmt::Display for Number {
    /// Plain decimal text, never an exponent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Repr::Negative(n) => write!(f, "{n}"),
            Repr::Natural(n) => write!(f, "{n}"),
            Repr::Float(bits) => write!(f, "{}", f64::from_bits(bits)),
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// A decimal number taken apart: `digits × 10^exponent`, digits without zeros at either end.
#[derive(PartialEq, Eq)]
struct Decimal {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Decimal {
    fn read(text: &str) -> Option<Self> {
        let (negative, rest) = text
            .strip_prefix('-')
            .map_or((false, text), |rest| (true, rest));
        let whole_len = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (whole, mut rest) = rest.split_at(whole_len);
        if whole.is_empty() || (whole.len() > 1 && whole.starts_with('0')) {
            return None;
        }
        let mut fraction = "";
        if let Some(after) = rest.strip_prefix('.') {
            let len = after.bytes().take_while(u8::is_ascii_digit).count();
            if len == 0 {
                return None;
            }
            (fraction, rest) = after.split_at(len);
        }
        let mut exponent = 0_i64;
        if let Some(after) = rest.strip_prefix(['e', 'E']) {
            let (down, figures) = match after.strip_prefix('-') {
                Some(figures) => (true, figures),
                None => (false, after.strip_prefix('+').unwrap_or(after)),
            };
            if figures.is_empty() || !figures.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            for b in figures.bytes() {
                exponent = exponent
                    .saturating_mul(10)
                    .saturating_add(i64::from(b - b'0'));
            }
            if down {
                exponent = -exponent;
            }
            rest = "";
        }
        if !rest.is_empty() {
            return None;
        }
        let all = format!("{whole}{fraction}");
        let kept = all.trim_end_matches('0');
        let shift = (all.len() - kept.len()) as i64 - fraction.len() as i64;
        let digits = kept.trim_start_matches('0').to_owned();
        if digits.is_empty() {
            return Some(Self {
                negative: false,
                digits,
                exponent: 0,
            });
        }
        Some(Self {
            negative,
            digits,
            exponent: exponent.saturating_add(shift),
        })
    }

    fn number(&self, text: &str) -> Result<Number, NumberError> {
        if self.digits.is_empty() {
            return Ok(Number(Repr::Natural(0)));
        }
        let whole = self.exponent >= 0;
        // u64::MAX and i64::MIN have at most 20 digits; anything longer cannot be an integer we hold.
        if whole && (self.digits.len() as i64).saturating_add(self.exponent) <= 20 {
            let mut magnitude = 0_u128;
            for b in self.digits.bytes() {
                magnitude = magnitude * 10 + u128::from(b - b'0');
            }
            for _ in 0..self.exponent {
                magnitude *= 10;
            }
            if self.negative {
                if let Ok(n) = i64::try_from(-(magnitude as i128)) {
                    return Ok(n.into());
                }
            } else if let Ok(n) = u64::try_from(magnitude) {
                return Ok(n.into());
            }
        }
        let value: f64 = text.parse().map_err(|_| NumberError::Grammar)?;
        if !value.is_finite() || value == 0.0 {
            return Err(NumberError::Range);
        }
        if !whole && value.trunc() == value {
            return Err(NumberError::Precision);
        }
        Number::from_f64(value).ok_or(NumberError::Range)
    }
}

/// A piece of data in a rule or a resource; cheap to clone.
///
/// `==` is identity of data (numbers by exact value). The language's own comparison is [`eq`].
///
/// ```
/// use portcullis_rules::Value;
/// let value = Value::from_json(&serde_json::json!({"b": [1.0, true], "a": null}));
/// assert_eq!(value.to_string(), r#"{"a":null,"b":[1,true]}"#);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// No value; a missing attribute is this too.
    Null,
    /// A boolean.
    Bool(bool),
    /// An exact finite number.
    Number(Number),
    /// A text.
    String(Arc<str>),
    /// A list.
    Array(Arc<[Value]>),
    /// A map with sorted keys.
    Object(Arc<BTreeMap<Arc<str>, Value>>),
}

impl Value {
    /// Takes over a `serde_json` value.
    ///
    /// A number that cannot be held (only possible with `serde_json`'s arbitrary precision) becomes an
    /// empty object, which compares with nothing.
    #[must_use]
    pub fn from_json(json: &serde_json::Value) -> Self {
        match json {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(b) => Self::Bool(*b),
            serde_json::Value::Number(n) => n
                .as_u64()
                .map(Number::from)
                .or_else(|| n.as_i64().map(Number::from))
                .or_else(|| n.as_f64().and_then(Number::from_f64))
                .map_or_else(|| Self::Object(Arc::default()), Self::Number),
            serde_json::Value::String(s) => Self::String(s.as_str().into()),
            serde_json::Value::Array(items) => items.iter().map(Self::from_json).collect(),
            serde_json::Value::Object(map) => Self::Object(Arc::new(
                map.iter()
                    .map(|(k, v)| (k.as_str().into(), Self::from_json(v)))
                    .collect(),
            )),
        }
    }

    /// The value as `serde_json` holds it.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(b) => (*b).into(),
            Self::Number(n) => serde_json::Value::Number(n.to_json()),
            Self::String(s) => s.as_ref().into(),
            Self::Array(items) => items.iter().map(Self::to_json).collect(),
            Self::Object(map) => serde_json::Value::Object(
                map.iter()
                    .map(|(k, v)| (k.to_string(), v.to_json()))
                    .collect(),
            ),
        }
    }

    /// The text that text operators see, or `None` for null, lists and maps, which have none.
    ///
    /// ```
    /// use portcullis_rules::Value;
    /// assert_eq!(Value::from(1_234_567_u64).text().as_deref(), Some("1234567"));
    /// assert_eq!(Value::from(true).text().as_deref(), Some("true"));
    /// assert_eq!(Value::Null.text(), None);
    /// ```
    #[must_use]
    pub fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::String(s) => Some(Cow::Borrowed(s)),
            Self::Number(n) => Some(Cow::Owned(n.to_string())),
            Self::Bool(true) => Some(Cow::Borrowed("true")),
            Self::Bool(false) => Some(Cow::Borrowed("false")),
            Self::Null | Self::Array(_) | Self::Object(_) => None,
        }
    }

    /// The items of a list.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Value]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The text of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(s) => Some(s),
            _ => None,
        }
    }

    /// The kind of value in words fit for a message.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "a list",
            Self::Object(_) => "a map",
        }
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Self::Bool(b)
    }
}

impl From<i64> for Value {
    fn from(n: i64) -> Self {
        Self::Number(n.into())
    }
}

impl From<u64> for Value {
    fn from(n: u64) -> Self {
        Self::Number(n.into())
    }
}

impl From<i32> for Value {
    fn from(n: i32) -> Self {
        i64::from(n).into()
    }
}

impl From<Number> for Value {
    fn from(n: Number) -> Self {
        Self::Number(n)
    }
}

impl From<&str> for Value {
    fn from(s: &str) -> Self {
        Self::String(s.into())
    }
}

impl From<String> for Value {
    fn from(s: String) -> Self {
        Self::String(s.into())
    }
}

impl From<Arc<str>> for Value {
    fn from(s: Arc<str>) -> Self {
        Self::String(s)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(items: Vec<T>) -> Self {
        items.into_iter().map(Into::into).collect()
    }
}

impl From<serde_json::Value> for Value {
    fn from(json: serde_json::Value) -> Self {
        Self::from_json(&json)
    }
}

impl FromIterator<Value> for Value {
    fn from_iter<I: IntoIterator<Item = Value>>(items: I) -> Self {
        Self::Array(items.into_iter().collect())
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(b) => serializer.serialize_bool(*b),
            Self::Number(n) => n.to_json().serialize(serializer),
            Self::String(s) => serializer.serialize_str(s),
            Self::Array(items) => serializer.collect_seq(items.iter()),
            Self::Object(map) => serializer.collect_map(map.iter()),
        }
    }
}

impl fmt::Display for Value {
    /// Canonical JSON: sorted keys, no spaces, numbers as plain decimals.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(b) => write!(f, "{b}"),
            Self::Number(n) => write!(f, "{n}"),
            Self::String(s) => write_text(f, s),
            Self::Array(items) => {
                f.write_char('[')?;
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        f.write_char(',')?;
                    }
                    write!(f, "{item}")?;
                }
                f.write_char(']')
            }
            Self::Object(map) => {
                f.write_char('{')?;
                for (i, (key, item)) in map.iter().enumerate() {
                    if i > 0 {
                        f.write_char(',')?;
                    }
                    write_text(f, key)?;
                    write!(f, ":{item}")?;
                }
                f.write_char('}')
            }
        }
    }
}

fn write_text(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            c if c < ' ' => write!(f, "\\u{:04x}", u32::from(c))?,
            c => f.write_char(c)?,
        }
    }
    f.write_char('"')
}

/// The language's equality, symmetric and three-valued.
///
/// ```
/// use portcullis_rules::{Truth, Value, eq};
/// assert_eq!(eq(&Value::from(5), &Value::from("5.0")), Truth::True);
/// assert_eq!(eq(&Value::from(5), &Value::from("05")), Truth::False);
/// assert_eq!(eq(&Value::Null, &Value::from("")), Truth::Undecided);
/// ```
#[must_use]
pub fn eq(left: &Value, right: &Value) -> Truth {
    use Value::{Array, Bool, Null, Number as Num, Object, String as Text};
    match (left, right) {
        (Array(_) | Object(_), _) | (_, Array(_) | Object(_)) => Truth::Undecided,
        (Null, Null) => Truth::True,
        (Null, other) | (other, Null) => match other {
            Text(s) if s.is_empty() => Truth::Undecided,
            Num(n) if n.as_u64() == Some(0) => Truth::Undecided,
            Bool(false) => Truth::Undecided,
            _ => Truth::False,
        },
        (Text(a), Text(b)) => (a == b).into(),
        (Num(a), Num(b)) => (a == b).into(),
        (Bool(a), Bool(b)) => (a == b).into(),
        (Num(n), Text(s)) | (Text(s), Num(n)) => (Number::spelled_by(s) == Some(*n)).into(),
        (Bool(b), Num(n)) | (Num(n), Bool(b)) => (n.as_u64() == Some(u64::from(*b))).into(),
        (Bool(false), Text(s)) | (Text(s), Bool(false)) => (matches!(&**s, "" | "0")).into(),
        (Bool(true), Text(s)) | (Text(s), Bool(true)) => match &**s {
            "1" => Truth::True,
            "" | "0" => Truth::False,
            _ => Truth::Undecided,
        },
    }
}
