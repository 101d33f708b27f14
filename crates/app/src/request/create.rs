//! Ask for something.

use portcullis_model::{
    ChangeSet, Context, Expiry, OperationName, Reason, Refusal, Request, Wants, World,
};

use crate::{Operation, grants};

/// The actor asks. An earlier request for the same is taken back.
#[derive(Clone, Debug)]
pub struct CreateRequest {
    /// For what.
    pub wants: Wants,
    /// Until when.
    pub until: Expiry,
    /// Why.
    pub reason: Reason,
}

impl Operation for CreateRequest {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let requester = context.actor.user().ok_or_else(|| {
            Refusal::invalid(
                "requester",
                "only a user can ask for access; sign in as one",
            )
        })?;
        for group in self.wants.groups() {
            world.require_group(group)?;
        }
        let mut change = ChangeSet::new(OperationName::RequestCreate);
        let key = self.wants.key();
        let earlier = world
            .all_pending()
            .filter(|r| r.requester == requester && r.wants.key() == key);
        for request in earlier {
            let superseded = grants::reason("superseded by a newer request");
            change.push(request.withdraw(context, &superseded));
        }
        let wants = self.wants.clone();
        change.push(Request::file(
            context,
            requester,
            wants,
            self.until,
            &self.reason,
        ));
        Ok(change)
    }
}
