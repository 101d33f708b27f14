//! When an answer of the directory is none: what is published then stays what it is.

use portcullis_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Directory;

/// Why an answer of the directory is not published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trouble {
    /// Not all of it could be read; whoever reads it knows.
    Partial,
    /// There is no organisation, or one without members, which cannot be.
    Empty,
    /// It was read too long ago.
    Old,
    /// There was no answer; whoever asks knows.
    Unreachable,
}

impl Trouble {
    /// What is wrong with a directory that was read at a time, as far as it shows itself.
    #[must_use]
    pub fn of(
        directory: &Directory,
        read_at: Timestamp,
        now: Timestamp,
        max_age_seconds: i64,
    ) -> Option<Self> {
        let orgs = &directory.orgs;
        if orgs.is_empty() || orgs.values().any(|org| org.members.is_empty()) {
            Some(Self::Empty)
        } else if now.seconds_since(read_at) > max_age_seconds {
            Some(Self::Old)
        } else {
            None
        }
    }
}
