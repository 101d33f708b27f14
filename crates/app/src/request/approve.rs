//! Approve a request.

use portcullis_model::{
    ChangeSet, Context, Expiry, Id, OperationName, Reason, Refusal, Request, World,
};

use crate::{Operation, grants};

/// Grants what was asked for, in the same change. Without another end, until the wanted one; tags
/// may bring it nearer.
#[derive(Clone, Debug)]
pub struct Approve {
    /// Which request.
    pub request: Id<Request>,
    /// Until when, if not as asked.
    pub until: Option<Expiry>,
    /// Why. Where tags demand a reason and none is given, the requester's own counts.
    pub reason: Reason,
}

impl Operation for Approve {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let request = world.pending(self.request)?;
        let mut change = ChangeSet::new(OperationName::RequestApprove);
        change.changes = request.approve(world, context, self.until, &self.reason)?;
        grants::settle_granted(world, context, Some(request.id), &mut change)?;
        Ok(change)
    }
}
