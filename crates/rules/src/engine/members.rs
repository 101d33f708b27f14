//! A literal list prepared for membership tests, with the three truth values of comparing one by one.

use std::collections::HashSet;
use std::hash::BuildHasherDefault;
use std::sync::Arc;

use super::hash::FastHasher;
use super::text::spelled_by;
use crate::value::{Number, Truth, Value, eq};

type Set<T> = HashSet<T, BuildHasherDefault<FastHasher>>;

/// Longest list that is compared item by item.
const SHORT: usize = 6;

pub(super) struct Members {
    items: Arc<[Value]>,
    table: Option<Table>,
}

#[derive(Default)]
struct Table {
    strings: Set<Arc<str>>,
    /// Numbers that are items, and numbers that string items spell.
    numbers: Set<Number>,
    spelled: Set<Number>,
    bools: [bool; 2],
    null: bool,
    /// Some string is neither empty nor `0` nor `1`, so it has no agreed relation to true.
    other_string: bool,
    /// Some item is a list or a map, which compares with nothing.
    compound: bool,
}

impl Members {
    pub(super) fn new(items: &Arc<[Value]>) -> Self {
        let table = (items.len() > SHORT).then(|| {
            let mut table = Table::default();
            for item in items.iter() {
                table.add(item);
            }
            table
        });
        Self {
            items: items.clone(),
            table,
        }
    }

    pub(super) fn items(&self) -> &[Value] {
        &self.items
    }

    /// Whether the value equals an item.
    #[inline(never)]
    pub(super) fn contains(&self, value: &Value) -> Truth {
        match &self.table {
            Some(table) => table.contains(value),
            None => {
                let mut found = Truth::False;
                for item in self.items.iter() {
                    found = found.or(equal(value, item));
                    if found.is_true() {
                        break;
                    }
                }
                found
            }
        }
    }

    /// Whether the value is a list that shares an item.
    #[inline(never)]
    pub(super) fn overlaps(&self, value: &Value) -> Truth {
        let Some(values) = value.as_array() else {
            return Truth::Undecided;
        };
        let mut found = Truth::False;
        for value in values {
            found = found.or(self.contains(value));
            if found.is_true() {
                break;
            }
        }
        found
    }
}

/// The language's equality, quick where it matters.
#[inline]
pub(super) fn equal(a: &Value, b: &Value) -> Truth {
    match (a, b) {
        (Value::String(a), Value::String(b)) => (a == b).into(),
        _ => equal_rarely(a, b),
    }
}

#[inline(never)]
fn equal_rarely(a: &Value, b: &Value) -> Truth {
    match (a, b) {
        (Value::Number(n), Value::String(s)) | (Value::String(s), Value::Number(n)) => {
            (spelled_by(s) == Some(*n)).into()
        }
        _ => eq(a, b),
    }
}

impl Table {
    fn add(&mut self, item: &Value) {
        match item {
            Value::Null => self.null = true,
            Value::Bool(b) => self.bools[usize::from(*b)] = true,
            Value::Number(n) => {
                self.numbers.insert(*n);
            }
            Value::String(s) => {
                self.spelled.extend(spelled_by(s));
                self.other_string |= !matches!(&**s, "" | "0" | "1");
                self.strings.insert(s.clone());
            }
            Value::Array(_) | Value::Object(_) => self.compound = true,
        }
    }

    fn contains(&self, value: &Value) -> Truth {
        let number = |n: u64| self.numbers.contains(&Number::from(n));
        let (holds, undecided) = match value {
            Value::Null => (
                self.null,
                self.strings.contains("") || number(0) || self.bools[0],
            ),
            Value::Bool(false) => (
                self.bools[0]
                    || number(0)
                    || self.strings.contains("")
                    || self.strings.contains("0"),
                self.null,
            ),
            Value::Bool(true) => (
                self.bools[1] || number(1) || self.strings.contains("1"),
                self.other_string,
            ),
            Value::Number(n) => (
                self.numbers.contains(n)
                    || self.spelled.contains(n)
                    || n.as_u64().is_some_and(|n| n < 2 && self.bools[n as usize]),
                self.null && n.as_u64() == Some(0),
            ),
            Value::String(s) => (
                self.strings.contains(s)
                    || (!self.numbers.is_empty()
                        && spelled_by(s).is_some_and(|n| self.numbers.contains(&n)))
                    || match &**s {
                        "" | "0" => self.bools[0],
                        "1" => self.bools[1],
                        _ => false,
                    },
                match &**s {
                    "" => self.null,
                    "0" | "1" => false,
                    _ => self.bools[1],
                },
            ),
            // The list is not empty, or there would be no table.
            Value::Array(_) | Value::Object(_) => (false, true),
        };
        if holds {
            Truth::True
        } else if undecided || self.compound {
            Truth::Undecided
        } else {
            Truth::False
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_what_comparing_says() {
        let pool: Vec<Value> = serde_json::json!([
            null,
            true,
            false,
            0,
            1,
            2,
            -1,
            5,
            0.5,
            "",
            "0",
            "1",
            "5",
            "5.0",
            "0.5",
            "x",
            "true",
            "-1",
            "1e0",
            [],
            [1],
            {}
        ])
        .as_array()
        .unwrap()
        .iter()
        .map(Value::from_json)
        .collect();
        for a in &pool {
            for b in &pool {
                for c in &pool {
                    let items: Arc<[Value]> = [a.clone(), b.clone()].into();
                    let mut table = Table::default();
                    items.iter().for_each(|item| table.add(item));
                    let one_by_one = eq(c, a).or(eq(c, b));
                    assert_eq!(table.contains(c), one_by_one, "{c} in [{a}, {b}]");
                    assert_eq!(Members::new(&items).contains(c), one_by_one);
                    assert_eq!(equal(a, b), eq(a, b));
                }
            }
        }
    }
}
