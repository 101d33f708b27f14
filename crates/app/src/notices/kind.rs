//! The names of events, which programs outside go by: they stay as they are.

use std::fmt;

use portcullis_model::{Change, EditKind, RecordKind, Request, State};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

portcullis_model::words! {
    /// What has become of a record.
    pub enum What {
        /// There was none.
        Created = "created",
        /// It is another version now.
        Changed = "changed",
        /// There is none any more.
        Ended = "ended",
        /// A request was granted.
        Approved = "approved",
        /// A request was refused.
        Rejected = "rejected",
        /// A request was taken back.
        Withdrawn = "withdrawn",
        /// A request waits again, because its decision was undone.
        Reopened = "reopened",
    }
}

/// What an event is: `membership.created`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventKind {
    /// Of what kind of record.
    pub record: RecordKind,
    /// What has become of it.
    pub what: What,
}

impl EventKind {
    /// All there are, in the order of records.
    pub fn all() -> impl Iterator<Item = Self> {
        RecordKind::ALL.into_iter().flat_map(|record| {
            let whats = told(record).iter();
            whats.map(move |what| Self {
                record,
                what: *what,
            })
        })
    }

    /// Whether it is told outside at all.
    pub(super) fn is_told(self) -> bool {
        told(self.record).contains(&self.what)
    }

    /// The one that `text` names.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::all().find(|kind| kind.to_string() == text)
    }

    /// What an edit is.
    #[must_use]
    pub fn of(change: &Change) -> Self {
        let outline = change.outline();
        let what = match (change, outline.edit) {
            (_, EditKind::Created) => What::Created,
            (_, EditKind::Ended) => What::Ended,
            (Change::Request(edit), EditKind::Changed) => {
                edit.after.as_deref().map_or(What::Ended, decided)
            }
            (_, EditKind::Changed) => What::Changed,
        };
        Self {
            record: outline.record,
            what,
        }
    }
}

/// What is told outside of a kind of record. Another kind is told nothing before it stands here.
const fn told(record: RecordKind) -> &'static [What] {
    use RecordKind as R;
    match record {
        R::User | R::Tag | R::App | R::Group | R::Inclusion | R::Membership | R::Entitlement => {
            EDITS
        }
        R::Resource | R::Identity | R::Provider => EDITS,
        // Who has signed in where, and wants to be told what, is nobody's outside, and neither is any digest.
        R::Credential | R::Preferences => &[],
        R::Request => &[
            What::Created,
            What::Approved,
            What::Rejected,
            What::Withdrawn,
            What::Reopened,
            What::Ended,
        ],
    }
}

const EDITS: &[What] = &[What::Created, What::Changed, What::Ended];

const fn decided(request: &Request) -> What {
    match request.state {
        State::Pending => What::Reopened,
        State::Approved { .. } => What::Approved,
        State::Rejected { .. } => What::Rejected,
        State::Withdrawn { .. } => What::Withdrawn,
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.record, self.what)
    }
}

impl Serialize for EventKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EventKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'_, str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom(format!("`{text}` is no event")))
    }
}
