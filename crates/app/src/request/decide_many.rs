//! Decide several requests at once.

use portcullis_model::{
    ChangeSet, Context, Id, OperationName, Refusal, Request, World, name::Reason,
};

use super::{Approve, Reject};
use crate::Operation;

/// What is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Grant each as it was asked for.
    Approve,
    /// Refuse each.
    Reject,
}

/// Decides several requests in one change, each as if it were decided alone.
#[derive(Clone, Debug)]
pub struct DecideMany {
    /// Which.
    pub requests: Vec<Id<Request>>,
    /// How.
    pub decision: Decision,
    /// Why; the requesters read it.
    pub reason: Reason,
}

impl Operation for DecideMany {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        if self.requests.is_empty() {
            return Err(Refusal::invalid(
                "requests",
                "no request is named; pick at least one",
            ));
        }
        let mut all = ChangeSet::new(match self.decision {
            Decision::Approve => OperationName::RequestApprove,
            Decision::Reject => OperationName::RequestReject,
        });
        let mut after = world.clone();
        for id in &self.requests {
            // One that an earlier approval has answered along the way needs no decision of its own.
            if world.request(*id).is_some() && after.request(*id).is_none() {
                continue;
            }
            let reason = self.reason.clone();
            let one = match self.decision {
                Decision::Approve => Approve {
                    request: *id,
                    until: None,
                    reason,
                }
                .plan(&after, context)?,
                Decision::Reject => Reject {
                    request: *id,
                    reason,
                }
                .plan(&after, context)?,
            };
            after = after.after(&one)?;
            all.changes.extend(one.changes);
        }
        Ok(all)
    }
}
