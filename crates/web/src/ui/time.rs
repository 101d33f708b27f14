//! Times as people read them: relative first, absolute on hover, exact in `datetime`.
//!
//! `app.js` keeps these texts fresh and repeats the arithmetic of [`When`]; change both together.

use std::fmt;

use jiff::Timestamp;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// How close an end must be to count as soon, in days.
pub(crate) const SOON_DAYS: i64 = 7;

/// A moment seen from now; displays as relative text such as `in 3 days`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct When {
    at: Timestamp,
    now: Timestamp,
}

impl When {
    /// The moment `at` as seen from `now`.
    pub(crate) fn new(at: Timestamp, now: Timestamp) -> Self {
        Self { at, now }
    }

    /// RFC 3339 in UTC with whole seconds, for `datetime`.
    pub(crate) fn iso(&self) -> String {
        self.at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// The moment in words, for the title: `Fri 13 Mar 2026, 10:02 UTC`.
    pub(crate) fn absolute(&self) -> String {
        self.at.strftime("%a %-d %b %Y, %H:%M UTC").to_string()
    }

    /// The day alone: `13 Mar 2026`.
    pub(crate) fn date(&self) -> String {
        date(self.at)
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let delta = self.at.as_second() - self.now.as_second();
        let distance = delta.abs();
        let (count, unit) = match distance {
            d if d < 45 => return f.write_str(if delta > 0 { "in a moment" } else { "just now" }),
            d if d < 90 * MINUTE => (rounded(d, MINUTE).max(1), "minute"),
            d if d < 36 * HOUR => (rounded(d, HOUR), "hour"),
            d if d < 45 * DAY => (rounded(d, DAY), "day"),
            _ => return f.write_str(&self.date()),
        };
        let plural = if count == 1 { "" } else { "s" };
        if delta > 0 {
            write!(f, "in {count} {unit}{plural}")
        } else {
            write!(f, "{count} {unit}{plural} ago")
        }
    }
}

/// When a grant ends, as the pill that turns amber a week before and red after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ExpiryPill {
    until: Option<Timestamp>,
    now: Timestamp,
}

impl ExpiryPill {
    /// The end `until` as seen from `now`; `None` never ends.
    pub(crate) fn new(until: Option<Timestamp>, now: Timestamp) -> Self {
        Self { until, now }
    }

    /// The moment of the end, when there is one.
    pub(crate) fn when(&self) -> Option<When> {
        self.until.map(|at| When::new(at, self.now))
    }

    /// The pill's class: `never`, `later`, `soon` or `ended`.
    pub(crate) fn class(&self) -> &'static str {
        match self.until {
            None => "never",
            Some(at) if at <= self.now => "ended",
            Some(at) if at.as_second() - self.now.as_second() <= SOON_DAYS * DAY => "soon",
            Some(_) => "later",
        }
    }

    /// What a screen reader hears before the text: `ends ` or `ended `.
    pub(crate) fn verb(&self) -> &'static str {
        match self.class() {
            "never" => "",
            "ended" => "ended ",
            _ => "ends ",
        }
    }
}

impl fmt::Display for ExpiryPill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.when() {
            None => f.write_str("no end"),
            Some(when) => when.fmt(f),
        }
    }
}

/// A day in UTC as people write it: `13 Mar 2026`.
pub(crate) fn date(at: Timestamp) -> String {
    at.strftime("%-d %b %Y").to_string()
}

fn rounded(value: i64, unit: i64) -> i64 {
    (value + unit / 2) / unit
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    #[test]
    fn relative_text_grows_with_distance() {
        let now = at("2026-03-13T10:00:00Z");
        let table = [
            ("2026-03-13T10:00:10Z", "in a moment"),
            ("2026-03-13T09:59:50Z", "just now"),
            ("2026-03-13T10:01:00Z", "in 1 minute"),
            ("2026-03-13T09:20:00Z", "40 minutes ago"),
            ("2026-03-13T15:10:00Z", "in 5 hours"),
            ("2026-03-15T10:00:00Z", "in 2 days"),
            ("2026-02-13T10:00:00Z", "28 days ago"),
            ("2026-09-01T10:00:00Z", "1 Sep 2026"),
            ("2024-01-02T10:00:00Z", "2 Jan 2024"),
        ];
        for (moment, text) in table {
            assert_eq!(When::new(at(moment), now).to_string(), text, "{moment}");
        }
    }

    #[test]
    fn absolute_and_iso_are_utc() {
        let when = When::new(at("2026-03-13T10:02:11.5Z"), at("2026-03-01T00:00:00Z"));
        assert_eq!(when.absolute(), "Fri 13 Mar 2026, 10:02 UTC");
        assert_eq!(when.iso(), "2026-03-13T10:02:11Z");
    }

    #[test]
    fn end_turns_amber_a_week_before_and_red_at_the_end() {
        let now = at("2026-03-13T10:00:00Z");
        let class = |until: Option<&str>| ExpiryPill::new(until.map(at), now).class();
        assert_eq!(class(None), "never");
        assert_eq!(class(Some("2026-03-20T10:00:01Z")), "later");
        assert_eq!(class(Some("2026-03-20T10:00:00Z")), "soon");
        assert_eq!(class(Some("2026-03-13T10:00:01Z")), "soon");
        assert_eq!(class(Some("2026-03-13T10:00:00Z")), "ended");
        assert_eq!(ExpiryPill::new(None, now).to_string(), "no end");
    }
}
