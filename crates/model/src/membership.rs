//! Who is in what, who asks to be, and what becomes of that.
//!
//! A membership names the request it answers, and a request what was granted: neither can be read
//! without the other, so they stand together. A request moves out of [`State::Pending`] once, and
//! only through [`crate::Pending`].

use serde::{Deserialize, Serialize};

use crate::{
    Actor, Expiry, Group, Id, MembershipKind, Timestamp, User, Validity, Wants, name::Reason,
};

/// A user is directly in a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Membership {
    /// Identifies the fact over its extensions.
    pub id: Id<Membership>,
    /// Who.
    pub user: Id<User>,
    /// In what.
    pub group: Id<Group>,
    /// As member or owner.
    pub kind: MembershipKind,
    /// When.
    #[serde(flatten)]
    pub validity: Validity,
    /// Why, in the granter's words.
    #[serde(default)]
    pub reason: Reason,
    /// Who granted it.
    pub granted_by: Actor,
    /// The request it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Id<Request>>,
}

/// The members of one group are members or owners of another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inclusion {
    /// Identifies the fact over its extensions.
    pub id: Id<Inclusion>,
    /// Whose members are meant: a role, or a group nested by an outside system.
    pub child: Id<Group>,
    /// What they get into.
    pub target: Id<Group>,
    /// As what.
    pub kind: MembershipKind,
    /// When.
    #[serde(flatten)]
    pub validity: Validity,
    /// Why, in the granter's words.
    #[serde(default)]
    pub reason: Reason,
    /// Who granted it.
    pub granted_by: Actor,
}

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
