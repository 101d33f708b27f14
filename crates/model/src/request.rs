//! Requests: somebody asks for access, somebody decides.

use serde::{Deserialize, Serialize};

use crate::{Actor, Expiry, Group, Id, Membership, MembershipKind, Timestamp, User, name::Reason};

/// Somebody asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Identifies the request.
    pub id: Id<Request>,
    /// Who asks, for themself.
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

/// What is asked for. Role and group requests get a variant each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "wants", rename_all = "snake_case")]
pub enum Wants {
    /// To be in a group.
    Membership {
        /// Which group.
        group: Id<Group>,
        /// As member or owner.
        kind: MembershipKind,
    },
}

impl Wants {
    /// The group the request is about.
    #[must_use]
    pub const fn group(&self) -> Id<Group> {
        match self {
            Self::Membership { group, .. } => *group,
        }
    }

    /// As what the requester wants to be in it.
    #[must_use]
    pub const fn kind(&self) -> MembershipKind {
        match self {
            Self::Membership { kind, .. } => *kind,
        }
    }
}

/// The state of a request. A request moves out of [`State::Pending`] once.
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
        /// The fact that was granted.
        membership: Id<Membership>,
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

impl Request {
    /// Whether it still waits.
    #[must_use]
    pub const fn is_pending(&self) -> bool {
        matches!(self.state, State::Pending)
    }
}
