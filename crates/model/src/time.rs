//! Instants and intervals. Nothing here reads a clock.
//!
//! An instant is a count of microseconds, so that both databases keep it exactly; an end is an
//! instant or never, ordered so that the earliest along a path and the latest over paths are
//! plain `min` and `max`.

use std::{fmt, str::FromStr};

use jiff::{
    SignedDuration,
    civil::{Date, DateTime, Time},
};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, Visitor},
};

/// An instant: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// Microseconds in a second.
const SECOND: i64 = 1_000_000;
/// The last instant that can be written with a four-digit year, 9999-12-31T23:59:59.999999Z.
const LAST: i64 = 253_402_300_800 * SECOND - 1;

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

    /// The same instant for calendar arithmetic and formatting; of the last hours of the year 9999, the
    /// last instant that `jiff` has.
    #[must_use]
    pub fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::MAX)
    }

    /// Reads the beginning of a stretch of time: as `from_str` does, but a date means the beginning of
    /// that day in UTC.
    ///
    /// # Errors
    /// As of `from_str`.
    pub fn parse_start(text: &str) -> Result<Self, ParseTimestampError> {
        match date(text) {
            Some(date) => of_civil(date.at(0, 0, 0, 0), 0),
            None => instant(text),
        }
        .ok_or_else(|| ParseTimestampError(text.to_owned()))
    }
}

/// A date of RFC 3339 (`full-date`).
fn date(text: &str) -> Option<Date> {
    has_shape(text, "0000-00-00").then(|| text.parse().ok())?
}

/// A time of RFC 3339 (`date-time`), which has an offset. Its grammar leaves it open whether `t`, `z` and
/// a space may stand in it; here they may not, and neither may anything that other standards add.
fn instant(text: &str) -> Option<Timestamp> {
    let (local, offset) = match text.strip_suffix('Z') {
        Some(local) => (local, 0),
        None => {
            let (local, offset) = text.split_at_checked(text.len().checked_sub(6)?)?;
            let (ahead, offset) = match offset.strip_prefix('+') {
                Some(offset) => (1, offset),
                None => (-1, offset.strip_prefix('-')?),
            };
            let time = has_shape(offset, "00:00").then(|| offset.parse::<Time>().ok())??;
            let minutes = i64::from(time.hour()) * 60 + i64::from(time.minute());
            (local, ahead * minutes * 60)
        }
    };
    let (seconds, fraction) = local.split_once('.').unwrap_or((local, "0"));
    let digits = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || !has_shape(seconds, "0000-00-00T00:00:00") {
        return None;
    }
    // What is past microseconds is cut off, as it is of the clock.
    let mut micros = format!("{fraction:0<6}");
    micros.truncate(6);
    let at = of_civil(seconds.parse().ok()?, offset)?;
    Some(Timestamp::from_micros(at.0 + micros.parse::<i64>().ok()?))
}

/// Whether digits stand where `shape` has a `0`, and everything else is the same.
fn has_shape(text: &str, shape: &str) -> bool {
    let same = |(c, wanted): (u8, u8)| c == wanted || (wanted == b'0' && c.is_ascii_digit());
    text.len() == shape.len() && text.bytes().zip(shape.bytes()).all(same)
}

/// A local time so many seconds ahead of UTC; none past the last year there is.
fn of_civil(local: DateTime, ahead: i64) -> Option<Timestamp> {
    let seconds = local.duration_since(EPOCH).as_secs() - ahead;
    let micros = seconds.checked_mul(SECOND)?;
    (micros <= LAST).then(|| Timestamp::from_micros(micros))
}

const EPOCH: DateTime = jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0);

impl From<jiff::Timestamp> for Timestamp {
    fn from(value: jiff::Timestamp) -> Self {
        Self::from_micros(value.as_microsecond())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = EPOCH.checked_add(SignedDuration::from_micros(self.0));
        match (jiff::Timestamp::from_microsecond(self.0), last) {
            (Err(_), Ok(last)) => write!(f, "{last}Z"),
            _ => self.to_jiff().fmt(f),
        }
    }
}

/// What [`Timestamp::from_str`] says about text that is no instant.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a time; write it as 2026-03-01T09:00:00Z or as a date such as 2026-03-01")]
pub struct ParseTimestampError(String);

impl FromStr for Timestamp {
    type Err = ParseTimestampError;

    /// Reads RFC 3339 with an offset, or a date, which means the end of that day in UTC.
    fn from_str(text: &str) -> Result<Self, ParseTimestampError> {
        match date(text) {
            Some(date) => of_civil(date.at(23, 59, 59, 0), 0),
            None => instant(text),
        }
        .ok_or_else(|| ParseTimestampError(text.to_owned()))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        text.parse::<Timestamp>().ok().map(|at| at.to_string())
    }

    #[test]
    fn a_time_is_rfc_3339_with_an_offset() {
        let table = [
            ("2026-03-01T09:00:00Z", "2026-03-01T09:00:00Z"),
            ("2026-03-01T09:00:00+01:30", "2026-03-01T07:30:00Z"),
            ("2026-03-01T00:00:00-23:59", "2026-03-01T23:59:00Z"),
            ("2026-03-01T23:59:00+23:59", "2026-03-01T00:00:00Z"),
            ("2026-03-01T09:00:00-00:00", "2026-03-01T09:00:00Z"),
            ("2024-02-29T09:00:00.5Z", "2024-02-29T09:00:00.5Z"),
            (
                "2026-03-01T09:00:00.123456789Z",
                "2026-03-01T09:00:00.123456Z",
            ),
            ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
            ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
            // A date is the end of that day.
            ("2026-03-01", "2026-03-01T23:59:59Z"),
            ("9999-12-31", "9999-12-31T23:59:59Z"),
        ];
        for (text, wanted) in table {
            assert_eq!(read(text).as_deref(), Some(wanted), "{text}");
            assert_eq!(read(wanted).as_deref(), Some(wanted), "{text}");
        }
    }

    #[test]
    fn what_other_standards_add_is_no_time() {
        for text in [
            "2026-03-01T09:00:00",
            "2026-03-01T09:00Z",
            "2026-03-01T09:00",
            "2026-03-01T09:00:00Z[UTC]",
            "2026-03-01T09:00:00+01:00[Europe/Berlin]",
            "2026-03-01T09:00:00+01:00[America/New_York]",
            "2026-03-01T09:00:00+24:00",
            "2026-03-01T09:00:00-24:00",
            "2026-03-01T09:00:00+23:60",
            "2026-03-01T09:00:00+01",
            "2026-03-01T09:00:00+0100",
            "2026-03-01T09:00:00+01:00:00",
            "2026-03-01t09:00:00Z",
            "2026-03-01T09:00:00z",
            "2026-03-01 09:00:00Z",
            "2026-03-01T09:00:00,5Z",
            "2026-03-01T09:00:00.Z",
            "20260301T090000Z",
            "+002026-03-01T09:00:00Z",
            "2026-02-29T09:00:00Z",
            "2026-13-01T09:00:00Z",
            "2026-03-01T24:00:00Z",
            "2026-03-01T09:60:00Z",
            "9999-12-31T23:59:59-00:01",
            " 2026-03-01T09:00:00Z",
            "2026-3-1",
            "20260301",
            "2026-02-30",
            "Z",
            "é",
            "",
        ] {
            assert_eq!(read(text), None, "{text}");
            assert!(Timestamp::parse_start(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_stretch_of_days_begins_with_the_first() {
        let start = |text| Timestamp::parse_start(text).unwrap().to_string();
        assert_eq!(start("2026-03-01"), "2026-03-01T00:00:00Z");
        assert_eq!(start("2026-03-01T09:00:00Z"), "2026-03-01T09:00:00Z");
    }

    #[test]
    fn the_last_hours_there_are_count() {
        let last = Timestamp::from_micros(i64::MAX);
        assert_eq!(last.to_string(), "9999-12-31T23:59:59.999999Z");
        assert_eq!(last.plus_seconds(1), last);
        assert_eq!(last.to_jiff(), jiff::Timestamp::MAX);
        let json = serde_json::to_string(&last).unwrap();
        assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), last);
    }
}
