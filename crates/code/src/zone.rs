//! Dates and times as they are written in files, and the zone in which dates are read.

use jiff::{
    civil::Date,
    tz::{Offset, TimeZone, TimeZoneDatabase},
};
use portcullis_model::Timestamp;

use crate::{
    finding::{Findings, meant},
    node::{Node, text},
};

/// In which dates without a time are read. Its rules are those built into the program and not those of
/// the machine, so that the same files mean the same everywhere.
#[derive(Clone, Debug)]
pub(crate) struct Zone(TimeZone);

impl Default for Zone {
    fn default() -> Self {
        Self(TimeZone::UTC)
    }
}

impl Zone {
    pub(crate) fn read(node: &Node, findings: &mut Findings) -> Option<Self> {
        let name = text(node, findings)?;
        if let Some(offset) = offset(name) {
            return Some(Self(TimeZone::fixed(offset)));
        }
        let known = TimeZoneDatabase::bundled();
        let found = known.get(name).ok();
        // The database takes any case; other programs that read the file may not.
        if let Some(zone) = &found
            && zone.iana_name() == Some(name)
        {
            return Some(Self(zone.clone()));
        }
        let message = format!("`{name}` is no zone");
        let names: Vec<_> = known.available().map(|name| name.to_string()).collect();
        let names = names.iter().map(String::as_str);
        let otherwise =
            "write `UTC`, a name such as `Australia/Melbourne` or an offset such as `+10:00`";
        let hint = meant(name, names, otherwise);
        findings.error(&node.place, "zone", message, hint);
        None
    }

    /// A time, or the beginning of a day.
    pub(crate) fn start(&self, node: &Node, findings: &mut Findings) -> Option<Timestamp> {
        self.time(node, Date::clone, findings)
    }

    /// A time, or the end of a day: the first instant that is no longer in it.
    pub(crate) fn end(&self, node: &Node, findings: &mut Findings) -> Option<Timestamp> {
        self.time(
            node,
            |date| date.saturating_add(jiff::Span::new().days(1)),
            findings,
        )
    }

    fn time(
        &self,
        node: &Node,
        first: impl Fn(&Date) -> Date,
        findings: &mut Findings,
    ) -> Option<Timestamp> {
        let written = text(node, findings)?;
        let read = match date(written) {
            Some(date) => first(&date)
                .to_zoned(self.0.clone())
                .ok()
                .map(|at| at.timestamp().into()),
            None if written.len() > 10 => Timestamp::parse_start(written).ok(),
            None => None,
        };
        if read.is_none() {
            let hint = "write 2027-01-31 or 2027-01-31T09:00:00Z";
            let message = format!("`{written}` is not a time");
            findings.error(&node.place, "not-a-time", message, hint);
        }
        read
    }
}

/// A date as RFC 3339 writes it, with years that have an instant.
pub(crate) fn date(text: &str) -> Option<Date> {
    (text.len() == 10 && Timestamp::parse_start(text).is_ok()).then(|| text.parse().ok())?
}

fn offset(zone: &str) -> Option<Offset> {
    if zone == "UTC" {
        return Some(Offset::UTC);
    }
    let (sign, size) = match (zone.strip_prefix('+'), zone.strip_prefix('-')) {
        (Some(size), _) => (1, size),
        (_, Some(size)) => (-1, size),
        _ => return None,
    };
    let (hours, minutes) = size.split_once(':')?;
    let two = |text: &str, most: i32| {
        let is = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        is.then(|| text.parse().ok())?.filter(|n: &i32| *n <= most)
    };
    Offset::from_seconds(sign * (two(hours, 14)? * 3600 + two(minutes, 59)? * 60)).ok()
}
