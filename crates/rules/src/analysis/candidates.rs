//! Values worth trying for an attribute: one of each kind that its conditions can tell apart.

use std::collections::HashSet;
use std::sync::Arc;

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::partial::Matcher;
use crate::pattern::Shape;
use crate::syntax::{Operand, Operator};
use crate::value::{Number, Value};

/// Literals past this many are left out.
const MOST_LITERALS: usize = 1000;

pub(super) struct Candidates {
    /// Scalars and a map, likely ones first.
    pub(super) values: Vec<Value>,
    /// Those that stand for many values with different texts.
    pub(super) open: Vec<Value>,
    /// A list item that is itself no scalar.
    pub(super) nested: Value,
    /// Whether some condition looks into the attribute as a list.
    pub(super) asks_items: bool,
    /// Whether some literals were left out.
    pub(super) cut: bool,
}

type Parts<'p> = (&'p Operand, Operator, &'p Operand, Option<&'p Matcher>);

impl Candidates {
    pub(super) fn new(tests: &[Parts<'_>]) -> Self {
        let mut kept = Kept::default();
        let (mut asks_items, mut cut) = (false, false);
        for (left, op, right, _) in tests {
            let on_right = matches!(right, Operand::Attribute(_));
            asks_items |= *op == Operator::Intersects || (*op == Operator::In && on_right);
            for operand in [left, right] {
                match operand {
                    Operand::Literal(Value::Array(items)) => {
                        for item in items.iter() {
                            kept.literal(item);
                        }
                    }
                    Operand::Literal(value) => kept.literal(value),
                    Operand::Attribute(_) => {}
                }
                if kept.list.len() > MOST_LITERALS {
                    cut = true;
                    kept.list.truncate(MOST_LITERALS);
                }
            }
        }
        let literals = kept.list.clone();
        // A number and the texts that spell it are equal to each other but not to the same things.
        let mut open = Vec::new();
        for literal in &literals {
            match literal {
                Value::String(s) => {
                    if let Some(n) = Number::spelled_by(s) {
                        kept.push(n.into());
                        open.extend(kept.spelling(n));
                    }
                }
                Value::Number(n) => open.extend(kept.spelling(*n)),
                _ => {}
            }
        }
        for number in [0, 1] {
            kept.push(number.into());
            open.extend(kept.spelling(i64::from(number).into()));
        }
        for text in ["", "0", "1"] {
            kept.push(text.into());
        }
        for value in [
            Value::Null,
            true.into(),
            false.into(),
            Value::Object(Arc::default()),
        ] {
            kept.push(value);
        }
        for (_, _, _, matcher) in tests {
            matcher.iter().for_each(|m| kept.texts_for(m));
        }
        kept.pairs(tests);
        let number = (7..)
            .find(|n: &i64| !kept.seen.contains(&Value::from(*n)))
            .unwrap_or_default();
        let text = unused("other", |t| kept.seen.contains(&Value::from(t)));
        for value in [Value::from(text), number.into()] {
            open.push(value.clone());
            kept.push(value);
        }
        open.iter().for_each(|v| kept.push(v.clone()));
        let nested: Value = vec![Value::Null].into();
        Self {
            values: kept.list,
            open,
            nested,
            asks_items,
            cut,
        }
    }
}

#[derive(Default)]
struct Kept {
    list: Vec<Value>,
    seen: HashSet<Value>,
}

impl Kept {
    fn literal(&mut self, value: &Value) {
        match value {
            Value::Array(_) | Value::Object(_) => {}
            scalar => self.push(scalar.clone()),
        }
    }

    fn push(&mut self, value: Value) {
        if self.seen.insert(value.clone()) {
            self.list.push(value);
        }
    }

    fn text(&mut self, text: String) {
        self.push(text.into());
    }

    /// A text that spells the number and is no literal.
    fn spelling(&self, number: Number) -> Option<Value> {
        let plain = number.to_string();
        let dot = if plain.contains('.') { "" } else { "." };
        (0..64)
            .map(|zeros| match zeros {
                0 => plain.clone(),
                zeros => format!("{plain}{dot}{}", "0".repeat(zeros)),
            })
            .find(|s| {
                Number::spelled_by(s) == Some(number) && !self.seen.contains(&s.as_str().into())
            })
            .map(Value::from)
    }

    /// Texts that match a pattern, and texts near it that may not.
    fn texts_for(&mut self, matcher: &Matcher) {
        match matcher.shape() {
            Shape::Exact(t) | Shape::Prefix(t) | Shape::Suffix(t) | Shape::Contains(t) => {
                for text in [
                    t.to_string(),
                    format!("{t}~"),
                    format!("~{t}"),
                    format!("~{t}~"),
                ] {
                    self.text(text);
                }
                if let Some(shorter) = t.char_indices().next_back() {
                    self.text(t[..shorter.0].to_owned());
                }
                self.text(t.to_uppercase());
            }
            Shape::Regex => {
                let samples = matcher
                    .translated()
                    .and_then(|t| regex_syntax::Parser::new().parse(t).ok())
                    .map(|hir| samples(&hir))
                    .unwrap_or_default();
                for sample in samples {
                    self.text(format!("~{sample}~"));
                    self.text(format!("{sample}~"));
                    self.text(sample);
                }
            }
        }
    }

    /// Texts that two patterns of different kinds may both match.
    fn pairs(&mut self, tests: &[Parts<'_>]) {
        const MOST: usize = 12;
        let shapes: Vec<&Shape> = tests
            .iter()
            .filter_map(|t| t.3)
            .map(Matcher::shape)
            .take(MOST)
            .collect();
        for (i, a) in shapes.iter().enumerate() {
            for b in &shapes[i + 1..] {
                let (Some(a), Some(b)) = (sought(a), sought(b)) else {
                    continue;
                };
                for text in [format!("{a}{b}"), format!("{b}{a}")] {
                    self.text(text);
                }
            }
        }
    }
}

fn sought(shape: &Shape) -> Option<&str> {
    match shape {
        Shape::Exact(t) | Shape::Prefix(t) | Shape::Suffix(t) | Shape::Contains(t) => Some(t),
        Shape::Regex => None,
    }
}

/// A few texts that the expression is likely to match whole.
fn samples(hir: &Hir) -> Vec<String> {
    const MOST: usize = 6;
    const LONGEST: usize = 256;
    let mut found = match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => vec![String::new()],
        HirKind::Literal(literal) => vec![String::from_utf8_lossy(&literal.0).into_owned()],
        HirKind::Class(Class::Unicode(class)) => class
            .ranges()
            .iter()
            .take(3)
            .map(|range| {
                let printable = (range.start()..=range.end()).find(char::is_ascii_graphic);
                printable.unwrap_or(range.start()).to_string()
            })
            .collect(),
        HirKind::Class(Class::Bytes(_)) => vec![String::new()],
        HirKind::Repetition(repetition) => {
            let counts = [repetition.min, repetition.min.max(1)];
            let inner = samples(&repetition.sub);
            let texts = counts.into_iter().flat_map(|count| {
                inner
                    .iter()
                    .take(2)
                    .map(move |t| t.repeat((count as usize).min(LONGEST / (t.len() + 1))))
            });
            texts.collect()
        }
        HirKind::Capture(capture) => samples(&capture.sub),
        HirKind::Alternation(branches) => branches.iter().flat_map(samples).collect(),
        HirKind::Concat(parts) => {
            let parts: Vec<Vec<String>> = parts.iter().map(samples).collect();
            (0..MOST)
                .map(|n| {
                    parts
                        .iter()
                        .filter_map(|p| p.get(n % p.len().max(1)))
                        .map(String::as_str)
                        .collect()
                })
                .collect()
        }
    };
    found.retain(|t: &String| t.len() <= LONGEST);
    found.dedup();
    found.truncate(MOST);
    found
}

/// A name that is not taken, beginning with the given one.
pub(super) fn unused(stem: &str, taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2_u64..).map(|n| format!("{stem}{n}"));
    let mut names = std::iter::once(stem.to_owned()).chain(numbered);
    // There are always more names than are taken.
    names.find(|name| !taken(name)).unwrap_or_default()
}
