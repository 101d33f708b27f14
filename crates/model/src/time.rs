//! Instants and intervals. Nothing here reads a clock.
//!
//! An instant is a count of microseconds, so that both databases keep it exactly; an end is an
//! instant or never, ordered so that the earliest along a path and the latest over paths are
//! plain `min` and `max`.

use std::{fmt, str::FromStr};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, Visitor},
};

/// An instant: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// Microseconds in a second.
const SECOND: i64 = 1_000_000;
/// The last instant that can be written with a four-digit year, 9999-12-30T22:00:00Z.
const LAST: i64 = 253_402_207_200 * SECOND;

impl Timestamp {
    /// The instant `micros` microseconds after 1970; values past the year 9999 become the last
    /// instant that can be written.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        if micros > LAST {
            Self(LAST)
        } else if micros < 0 {
            Self(0)
        } else {
            Self(micros)
        }
    }

    /// Microseconds since 1970.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// This instant moved by `seconds`, which may be negative; saturates at both ends.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self::from_micros(self.0.saturating_add(seconds.saturating_mul(SECOND)))
    }

    /// This instant moved by whole days of 24 hours.
    #[must_use]
    pub const fn plus_days(self, days: i64) -> Self {
        self.plus_seconds(days.saturating_mul(86_400))
    }

    /// The first instant after this one.
    #[must_use]
    pub(crate) const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// Seconds from `earlier` to this instant, rounded down.
    #[must_use]
    pub const fn seconds_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).div_euclid(SECOND)
    }

    /// The same instant for calendar arithmetic and formatting.
    #[must_use]
    pub fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }
}

impl From<jiff::Timestamp> for Timestamp {
    fn from(value: jiff::Timestamp) -> Self {
        Self::from_micros(value.as_microsecond())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_jiff().fmt(f)
    }
}

/// What [`Timestamp::from_str`] says about text that is no instant.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a time; write it as 2026-03-01T09:00:00Z or as a date such as 2026-03-01")]
pub struct ParseTimestampError(String);

impl FromStr for Timestamp {
    type Err = ParseTimestampError;

    /// Reads RFC 3339 with an offset, `YYYY-MM-DDTHH:MM` in UTC, or a date, which means the end of that
    /// day in UTC.
    fn from_str(text: &str) -> Result<Self, ParseTimestampError> {
        let text = text.trim();
        if let Ok(at) = text.parse::<jiff::Timestamp>() {
            return Ok(at.into());
        }
        let utc = jiff::tz::TimeZone::UTC;
        let zoned = if let (10, Ok(date)) = (text.len(), text.parse::<jiff::civil::Date>()) {
            date.at(23, 59, 59, 0).to_zoned(utc)
        } else if let Ok(at) = text.parse::<jiff::civil::DateTime>() {
            at.to_zoned(utc)
        } else {
            return Err(ParseTimestampError(text.to_owned()));
        };
        zoned
            .map(|zoned| zoned.timestamp().into())
            .map_err(|_| ParseTimestampError(text.to_owned()))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'_, str>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

/// When something ends: an instant, or never. Ordered with never last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Expiry(i64);

impl Expiry {
    /// It does not end by itself.
    pub const NEVER: Self = Self(i64::MAX);

    /// It ends at `instant`; that instant itself is no longer inside.
    #[must_use]
    pub const fn at(instant: Timestamp) -> Self {
        Self(instant.0)
    }

    /// The instant, or `None` for never.
    #[must_use]
    pub const fn instant(self) -> Option<Timestamp> {
        if self.0 == i64::MAX {
            None
        } else {
            Some(Timestamp(self.0))
        }
    }

    /// Whether the end has been reached at `now`.
    #[must_use]
    pub const fn is_past(self, now: Timestamp) -> bool {
        self.0 <= now.0
    }
}

impl From<Option<Timestamp>> for Expiry {
    fn from(value: Option<Timestamp>) -> Self {
        value.map_or(Self::NEVER, Self::at)
    }
}

impl From<Expiry> for Option<Timestamp> {
    fn from(value: Expiry) -> Self {
        value.instant()
    }
}

impl fmt::Display for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.instant() {
            Some(at) => at.fmt(f),
            None => f.write_str("never"),
        }
    }
}

impl fmt::Debug for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Expiry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.instant().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Expiry {
    /// Reads a time, or `null` for never. An end that is left out is an error and not never:
    /// forgetting it must not make access last for good. (An `Option` would read it as never.)
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TimeOrNull;
        impl Visitor<'_> for TimeOrNull {
            type Value = Expiry;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time, or null for never")
            }
            fn visit_unit<E>(self) -> Result<Expiry, E> {
                Ok(Expiry::NEVER)
            }
            fn visit_none<E>(self) -> Result<Expiry, E> {
                Ok(Expiry::NEVER)
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Expiry, E> {
                text.parse().map(Expiry::at).map_err(E::custom)
            }
        }
        deserializer.deserialize_any(TimeOrNull)
    }
}

/// The half-open interval `[from, until)` in which a fact holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Validity {
    /// The first instant at which the fact holds.
    pub from: Timestamp,
    /// The first instant at which it no longer does; `null` for never.
    pub until: Expiry,
}

impl Validity {
    /// From `from`, until `until`.
    #[must_use]
    pub const fn new(from: Timestamp, until: Expiry) -> Self {
        Self { from, until }
    }

    /// Whether `now` lies in `[from, until)`.
    #[must_use]
    pub const fn contains(&self, now: Timestamp) -> bool {
        self.from.0 <= now.0 && !self.until.is_past(now)
    }
}
