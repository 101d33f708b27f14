//! Exact numbers: one canonical form per value, and the reading of JSON numbers into it.
//!
//! How numbers compare with other kinds of value does not belong here but in `value`.

use std::fmt;

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
    /// The fraction would be lost: the nearest double is a whole number; or, where that matters, the nearest
    /// double is another whole number.
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

    /// The number as read from `written`, unless that is another whole number too large for any of ours,
    /// where `strict` says that this matters.
    pub(crate) fn unless_rounded(self, written: &str, strict: bool) -> Result<Self, NumberError> {
        // Beyond this doubles have no fractions.
        if !strict || self.as_f64().abs() < 9e15 {
            return Ok(self);
        }
        let is_same = match self.0 {
            Repr::Float(_) => Self::spelled_by(written).is_some(),
            // One past the integers may have been rounded to the last of them.
            Repr::Negative(_) | Repr::Natural(_) => {
                Decimal::read(&self.to_string()) == Decimal::read(written)
            }
        };
        if is_same {
            Ok(self)
        } else {
            Err(NumberError::Precision)
        }
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
