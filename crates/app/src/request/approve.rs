//! Approve a request.

use portcullis_model::{
    ChangeSet, Context, Edit, Expiry, Id, Refusal, Request, State, World, name::Reason,
    request::Resolution,
};

use super::pending;
use crate::{Operation, parts};

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
        let request = pending(world, self.request)?;
        let group = parts::group(world, request.wants.group())?;
        parts::user(world, request.requester)?;
        let wanted = self.until.unwrap_or(request.until);
        let reason = if self.reason.is_empty() {
            &request.reason
        } else {
            &self.reason
        };
        let kind = request.wants.kind();
        let mut edit = parts::place(
            world,
            context,
            request.requester,
            group,
            kind,
            wanted,
            reason,
        );
        let Some(granted) = edit.after.as_deref_mut() else {
            return Err(Refusal::not_found("user", request.requester));
        };
        granted.request = Some(request.id);
        let granted = granted.clone();
        let state = State::Approved {
            resolution: Resolution {
                by: context.actor,
                at: context.now,
                reason: self.reason.clone(),
            },
            granted_until: granted.validity.until,
            membership: granted.id,
        };
        let mut change = ChangeSet::new("request.approve")
            .with(Edit::update(
                request.clone(),
                Request {
                    state,
                    ..request.clone()
                },
            ))
            .with(edit);
        parts::settle_requests(world, context, &granted, Some(request.id), &mut change);
        Ok(change)
    }
}
