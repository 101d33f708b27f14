//! What becomes of a request. It moves out of [`State::Pending`] once, and only through [`Pending`].

use std::ops::Deref;

use serde::{Deserialize, Serialize};

use super::Request;
use crate::{
    Actor, Change, Context, Edit, Expiry, Group, Id, Inclusion, Membership, Refusal, RefusalCode,
    Timestamp, World, name::Reason,
};

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

impl Resolution {
    fn new(context: &Context, reason: &Reason) -> Self {
        Self {
            by: context.actor,
            at: context.now,
            reason: reason.clone(),
        }
    }
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

/// A request that waits: the only thing that can be approved, rejected or withdrawn.
#[derive(Clone, Copy, Debug)]
pub struct Pending<'w>(&'w Request);

impl Deref for Pending<'_> {
    type Target = Request;
    fn deref(&self) -> &Request {
        self.0
    }
}

impl World {
    /// The request `id`, which waits.
    ///
    /// # Errors
    /// [`RefusalCode::AlreadyResolved`] where it does not wait, or there is none.
    pub fn pending(&self, id: Id<Request>) -> Result<Pending<'_>, Refusal> {
        self.request(id).map(Pending).ok_or_else(|| {
            Refusal::conflict(
                RefusalCode::AlreadyResolved,
                "this request does not wait any more: somebody has decided it, or it was withdrawn",
                "load it again to see what became of it",
            )
        })
    }

    /// Every request that waits, in no order.
    pub fn all_pending(&self) -> impl Iterator<Item = Pending<'_>> {
        self.requests().map(Pending)
    }
}

impl Pending<'_> {
    /// The edits that grant what was asked for: the request approved, and what that makes. Without
    /// another end, until the wanted one; tags may bring it nearer. Where no reason is given for
    /// what is granted, the requester's own counts.
    ///
    /// # Errors
    /// What was asked for, or who asked, is gone.
    pub fn approve(
        self,
        world: &World,
        context: &Context,
        until: Option<Expiry>,
        reason: &Reason,
    ) -> Result<Vec<Change>, Refusal> {
        world.require_user(self.requester)?;
        let until = until.unwrap_or(self.until);
        let why = if reason.is_empty() {
            &self.reason
        } else {
            reason
        };
        let (facts, granted, granted_until) =
            self.wants.grant(world, context, self.0, until, why)?;
        let approved = self.answered(context, granted, granted_until, reason);
        Ok(std::iter::once(approved.into()).chain(facts).collect())
    }

    /// The edit that says it is answered by something granted otherwise.
    #[must_use]
    pub fn answered(
        self,
        context: &Context,
        granted: Granted,
        granted_until: Expiry,
        reason: &Reason,
    ) -> Edit<Request> {
        self.resolved(State::Approved {
            resolution: Resolution::new(context, reason),
            granted_until,
            granted,
        })
    }

    /// The edit that refuses it.
    #[must_use]
    pub fn reject(self, context: &Context, reason: &Reason) -> Edit<Request> {
        let resolution = Resolution::new(context, reason);
        self.resolved(State::Rejected { resolution })
    }

    /// The edit that takes it back.
    #[must_use]
    pub fn withdraw(self, context: &Context, reason: &Reason) -> Edit<Request> {
        let resolution = Resolution::new(context, reason);
        self.resolved(State::Withdrawn { resolution })
    }

    fn resolved(self, state: State) -> Edit<Request> {
        let after = Request {
            state,
            ..self.0.clone()
        };
        Edit::update(self.0.clone(), after)
    }
}
