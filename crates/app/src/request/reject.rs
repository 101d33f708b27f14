//! Reject a request, or take one's own back.

use portcullis_model::{ChangeSet, Context, Id, OperationName, Reason, Refusal, Request, World};

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
        let request = world.pending(self.request)?;
        if self.reason.is_empty() {
            return Err(Refusal::invalid(
                "reason",
                "say why, so that the requester knows what to do",
            ));
        }
        let change = ChangeSet::new(OperationName::RequestReject);
        Ok(change.with(request.reject(context, &self.reason)))
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
        let request = world.pending(self.request)?;
        let change = ChangeSet::new(OperationName::RequestWithdraw);
        Ok(change.with(request.withdraw(context, &self.reason)))
    }
}
