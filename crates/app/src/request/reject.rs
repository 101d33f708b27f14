//! Reject a request, or take one's own back.

use portcullis_model::{
    ChangeSet, Context, Edit, Id, Refusal, Request, State, World, name::Reason, request::Resolution,
};

use super::pending;
use crate::Operation;

/// Refuses a request.
#[derive(Clone, Debug)]
pub struct Reject {
    /// Which.
    pub request: Id<Request>,
    /// Why; the requester reads it.
    pub reason: Reason,
}

impl Operation for Reject {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let request = pending(world, self.request)?;
        if self.reason.is_empty() {
            return Err(Refusal::invalid(
                "reason",
                "say why, so that the requester knows what to do",
            ));
        }
        let resolution = Resolution {
            by: context.actor,
            at: context.now,
            reason: self.reason.clone(),
        };
        let state = State::Rejected { resolution };
        Ok(ChangeSet::new("request.reject").with(Edit::update(
            request.clone(),
            Request {
                state,
                ..request.clone()
            },
        )))
    }
}

/// Takes the actor's own request back.
#[derive(Clone, Debug)]
pub struct Withdraw {
    /// Which.
    pub request: Id<Request>,
    /// Why, if they like to say.
    pub reason: Reason,
}

impl Operation for Withdraw {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let request = pending(world, self.request)?;
        let resolution = Resolution {
            by: context.actor,
            at: context.now,
            reason: self.reason.clone(),
        };
        let state = State::Withdrawn { resolution };
        Ok(ChangeSet::new("request.withdraw").with(Edit::update(
            request.clone(),
            Request {
                state,
                ..request.clone()
            },
        )))
    }
}
