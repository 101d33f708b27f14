//! The text of values and its folded form, without touching the heap in the usual cases.

use std::fmt::{self, Write as _};
use std::sync::OnceLock;

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::pattern::fold;
use crate::value::{Number, Value};

/// Room for the longest plain decimal a double has: a sign, `0.`, 323 zeros and 17 digits.
const NUMBER: usize = 384;

/// Longest text that is folded on the stack; longer ones that need folding go to the heap.
const FOLDED: usize = 512;

struct Buffer<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

impl<const N: usize> Buffer<N> {
    fn new() -> Self {
        Self {
            bytes: [0; N],
            len: 0,
        }
    }

    fn as_str(&self) -> &str {
        // Only whole texts are written, so this is always valid.
        std::str::from_utf8(&self.bytes[..self.len]).unwrap_or_default()
    }
}

impl<const N: usize> fmt::Write for Buffer<N> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len + text.len();
        let room = self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

/// Hands the value's text to `then`; `None` if it has none.
#[inline]
pub(super) fn with_text<R>(value: &Value, then: impl FnOnce(&str) -> R) -> Option<R> {
    match value {
        Value::String(text) => Some(then(text)),
        Value::Bool(true) => Some(then("true")),
        Value::Bool(false) => Some(then("false")),
        Value::Number(number) => Some(with_decimal(*number, then)),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cold]
#[inline(never)]
fn with_decimal<R>(number: Number, then: impl FnOnce(&str) -> R) -> R {
    let mut buffer = Buffer::<NUMBER>::new();
    match write!(buffer, "{number}") {
        Ok(()) => then(buffer.as_str()),
        Err(fmt::Error) => then(&number.to_string()),
    }
}

/// Hands the folded text to `then`.
#[inline]
pub(super) fn with_folded<R>(text: &str, then: impl FnOnce(&str) -> R) -> R {
    if is_folded(text) {
        then(text)
    } else {
        with_fold_buffer(text, then)
    }
}

fn is_folded(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii() && !b.is_ascii_uppercase())
}

#[inline(never)]
fn with_fold_buffer<R>(text: &str, then: impl FnOnce(&str) -> R) -> R {
    let mut buffer = Buffer::<FOLDED>::new();
    if text
        .chars()
        .try_for_each(|c| buffer.write_char(fold_char(c)))
        .is_ok()
    {
        then(buffer.as_str())
    } else {
        then(&fold(text))
    }
}

fn fold_char(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let table = fold_table();
    table
        .binary_search_by_key(&c, |&(from, _)| from)
        .map_or(c, |at| table[at].1)
}

/// Every character outside ASCII that folds to another one, sorted.
fn fold_table() -> &'static [(char, char)] {
    static TABLE: OnceLock<Box<[(char, char)]>> = OnceLock::new();
    TABLE.get_or_init(|| {
        may_fold()
            .filter(|c| !c.is_ascii())
            .filter_map(|c| {
                let folded = fold(c.encode_utf8(&mut [0; 4])).chars().next()?;
                (folded != c).then_some((c, folded))
            })
            .collect()
    })
}

/// Characters among which are all that fold: only these categories have any. Without tables for them,
/// it is every character: slow once, but never a text compared unfolded.
fn may_fold() -> Box<dyn Iterator<Item = char>> {
    let cased = regex_syntax::Parser::new().parse(r"[\p{Lu}\p{Ll}\p{Lt}\p{Mn}\p{Nl}\p{So}]");
    match cased.map(Hir::into_kind) {
        Ok(HirKind::Class(Class::Unicode(class))) => {
            let ranges = class.ranges().to_vec();
            Box::new(ranges.into_iter().flat_map(|r| r.start()..=r.end()))
        }
        _ => Box::new('\0'..=char::MAX),
    }
}

/// As [`Number::spelled_by`], quick for whole numbers and for texts that are no numbers at all.
#[inline]
pub(super) fn spelled_by(text: &str) -> Option<Number> {
    let first = *text.as_bytes().first()?;
    if !first.is_ascii_digit() && first != b'-' {
        return None;
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    // Nineteen digits always fit; a leading zero is no number, or it is zero itself.
    if digits.len() <= 18
        && digits.bytes().all(|b| b.is_ascii_digit())
        && !digits.is_empty()
        && !digits.starts_with('0')
    {
        let magnitude = digits
            .bytes()
            .fold(0_i64, |n, b| n * 10 + i64::from(b - b'0'));
        return Some(Number::from(if first == b'-' {
            -magnitude
        } else {
            magnitude
        }));
    }
    if text
        .bytes()
        .any(|b| !matches!(b, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'))
    {
        return None;
    }
    if text == "0" {
        return Some(Number::from(0_u64));
    }
    Number::spelled_by(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fold_table_is_the_language_s_folding() {
        for c in '\0'..=char::MAX {
            let text = c.to_string();
            assert_eq!(fold_char(c).to_string(), fold(&text), "{c:?}");
        }
    }

    #[test]
    fn long_texts_fold_too() {
        let text = "É".repeat(FOLDED);
        with_folded(&text, |folded| assert_eq!(folded, fold(&text)));
    }

    #[test]
    fn quick_numbers_are_the_language_s_numbers() {
        for text in [
            "",
            "0",
            "-0",
            "00",
            "-",
            "5",
            "-5",
            "05",
            "5.0",
            "1e3",
            "1E400",
            "e",
            "12345678901234567890",
            "999999999999999999",
            "-999999999999999999",
            "9999999999999999999",
            "1-2",
            "x",
            "0.1",
            "1.",
            "é",
        ] {
            assert_eq!(spelled_by(text), Number::spelled_by(text), "{text}");
        }
    }

    #[test]
    fn every_double_fits_the_buffer() {
        for value in [
            f64::MAX,
            f64::MIN,
            f64::MIN_POSITIVE,
            5e-324,
            -2.225_073_858_507_201e-308,
            0.1,
        ] {
            let number = Number::from_f64(value).unwrap();
            let mut buffer = Buffer::<NUMBER>::new();
            assert!(write!(buffer, "{number}").is_ok());
            assert_eq!(buffer.as_str(), number.to_string());
        }
    }
}
