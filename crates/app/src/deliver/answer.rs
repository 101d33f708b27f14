//! What comes back from outside.

use std::time::Duration;

/// What a sink answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is done, now or already before.
    Done {
        /// What proves it there, such as an id or a status.
        receipt: String,
    },
    /// It is not done, and may be later.
    Retry {
        /// What went wrong.
        why: String,
        /// How long the other side asked to be left alone.
        after: Option<Duration>,
    },
    /// It will never be done as it is.
    Failed {
        /// Why not.
        why: String,
    },
}
