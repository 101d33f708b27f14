//! Requests: somebody asks for something, somebody decides.

mod state;
mod wants;

use serde::{Deserialize, Serialize};

pub use state::{Granted, Resolution, State};
pub use wants::{Target as WantsTarget, Wants};

use crate::{Expiry, Id, Timestamp, User, name::Reason};

/// Somebody asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Identifies the request.
    pub id: Id<Request>,
    /// Who asks.
    pub requester: Id<User>,
    /// For what.
    #[serde(flatten)]
    pub wants: Wants,
    /// Why, in the requester's words.
    #[serde(default)]
    pub reason: Reason,
    /// Until when it is wanted; also the most an approval gives unless it says otherwise.
    pub until: Expiry,
    /// When it was filed.
    pub created_at: Timestamp,
    /// What became of it.
    #[serde(flatten)]
    pub state: State,
}

impl Request {
    /// Whether it still waits.
    #[must_use]
    pub const fn is_pending(&self) -> bool {
        matches!(self.state, State::Pending)
    }
}
