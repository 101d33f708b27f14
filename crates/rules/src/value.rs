//! The data that rules compare: values, three-valued truth, equality and text form.
//!
//! Everything here is a pure function of its arguments. What does not belong here: the shape of rules
//! (`syntax`), reading documents (`parse`) and patterns (`pattern`).

mod number;
mod read;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::ops::Not;
use std::sync::Arc;

use serde::{Serialize, Serializer};

pub use number::{Number, NumberError};

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
