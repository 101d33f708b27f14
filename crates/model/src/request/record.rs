//! A request, and what becomes of it: it moves out of [`State::Pending`] once, and only through
//! [`crate::Pending`].

use serde::{Deserialize, Serialize};

use super::Wants;
use crate::{Actor, Expiry, Group, Id, Inclusion, Membership, Timestamp, User, name::Reason};

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

    /// Until when it was granted, if it was.
    #[must_use]
    pub const fn granted_until(&self) -> Option<Expiry> {
        match self.state {
            State::Approved { granted_until, .. } => Some(granted_until),
            State::Pending | State::Rejected { .. } | State::Withdrawn { .. } => None,
        }
    }
}

/// The state of a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum State {
    /// Waits for somebody who may decide.
    Pending,
    /// Granted.
    Approved {
        /// Who decided, when and why.
        resolution: Resolution,
        /// Until when it was granted.
        granted_until: Expiry,
        /// What was granted.
        #[serde(alias = "membership")]
        granted: Granted,
    },
    /// Refused.
    Rejected {
        /// Who decided, when and why.
        resolution: Resolution,
    },
    /// Taken back by the requester.
    Withdrawn {
        /// Who decided, when and why.
        resolution: Resolution,
    },
}

/// The fact, or the group, that an approval made or that answers a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", from = "Stored")]
pub enum Granted {
    /// Somebody is in a group.
    Membership(Id<Membership>),
    /// A role is in a group.
    Inclusion(Id<Inclusion>),
    /// A new group.
    Group(Id<Group>),
}

/// What stands for it in what is stored: an earlier version knew memberships only, and wrote the id.
#[derive(Deserialize)]
#[serde(untagged)]
enum Stored {
    Id(Id<Membership>),
    Named(Named),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Named {
    Membership(Id<Membership>),
    Inclusion(Id<Inclusion>),
    Group(Id<Group>),
}

impl From<Stored> for Granted {
    fn from(stored: Stored) -> Self {
        match stored {
            Stored::Id(id) | Stored::Named(Named::Membership(id)) => Self::Membership(id),
            Stored::Named(Named::Inclusion(id)) => Self::Inclusion(id),
            Stored::Named(Named::Group(id)) => Self::Group(id),
        }
    }
}

/// Who resolved a request, when and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resolution {
    /// Who.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// Why, in their words.
    #[serde(default)]
    pub reason: Reason,
}

impl State {
    /// The name of the state, as in the API.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved { .. } => "approved",
            Self::Rejected { .. } => "rejected",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }

    /// How it was resolved, unless it is pending.
    #[must_use]
    pub const fn resolution(&self) -> Option<&Resolution> {
        match self {
            Self::Pending => None,
            Self::Approved { resolution, .. }
            | Self::Rejected { resolution }
            | Self::Withdrawn { resolution } => Some(resolution),
        }
    }
}
