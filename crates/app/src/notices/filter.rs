//! Which events somebody wants.

use std::fmt;

use portcullis_model::RecordKind;

use super::kind::EventKind;

/// Which events are told; where it is empty all that anybody here may read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventFilter(Vec<Wanted>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Kind(EventKind),
    Record(RecordKind),
}

impl EventFilter {
    /// Reads names of events, such as `request.created`, or `request.*` for all of a record.
    ///
    /// # Errors
    /// The first name that is none.
    pub fn parse<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, &'a str> {
        let read = names.into_iter().map(|name| {
            let record = name.strip_suffix(".*").and_then(RecordKind::parse);
            let kind = EventKind::parse(name).map(Wanted::Kind);
            record.map(Wanted::Record).or(kind).ok_or(name)
        });
        read.collect::<Result<_, _>>().map(Self)
    }

    /// Every name that can stand in it.
    pub fn names() -> impl Iterator<Item = String> {
        let records = RecordKind::ALL
            .into_iter()
            .map(|record| format!("{record}.*"));
        EventKind::all().map(|kind| kind.to_string()).chain(records)
    }

    /// Whether an event of this kind is told.
    #[must_use]
    pub fn wants(&self, kind: EventKind) -> bool {
        let wanted = |wanted: &Wanted| match wanted {
            Wanted::Kind(one) => *one == kind,
            Wanted::Record(record) => *record == kind.record,
        };
        match self.0.as_slice() {
            // Who people are elsewhere, and how they sign in, is told where it is asked for.
            [] => !matches!(kind.record, RecordKind::Identity | RecordKind::Provider),
            some => some.iter().any(wanted),
        }
    }
}

impl fmt::Display for EventFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("all");
        }
        let names = self.0.iter().map(|wanted| match wanted {
            Wanted::Kind(kind) => kind.to_string(),
            Wanted::Record(record) => format!("{record}.*"),
        });
        f.write_str(&names.collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_filter_wants_all_but_what_is_private_and_another_what_it_names() {
        let kind = |name| EventKind::parse(name).unwrap();
        assert!(EventFilter::default().wants(kind("user.ended")));
        for private in ["identity.created", "provider.changed"] {
            assert!(!EventFilter::default().wants(kind(private)), "{private}");
            let named = EventFilter::parse([private]).unwrap();
            assert!(named.wants(kind(private)), "{private}");
        }
        let some = EventFilter::parse(["request.*", "membership.ended"]).unwrap();
        assert!(some.wants(kind("request.approved")) && some.wants(kind("membership.ended")));
        assert!(!some.wants(kind("membership.created")) && !some.wants(kind("user.ended")));
        assert_eq!(some.to_string(), "request.*, membership.ended");
    }

    #[test]
    fn every_name_is_read_and_nothing_else_is() {
        for name in EventFilter::names() {
            assert_eq!(EventFilter::parse([&*name]).unwrap().to_string(), name);
        }
        for wrong in [
            "",
            "*",
            "request",
            "request.changed",
            "requests.*",
            "user.approved",
            "request.created ",
        ] {
            assert_eq!(EventFilter::parse(["user.*", wrong]), Err(wrong));
        }
    }
}
