//! Ask for access.

use portcullis_model::{
    ChangeSet, Context, Edit, Expiry, Group, Id, MembershipKind, Refusal, Request, State, Wants,
    World, name::Reason, request::Resolution,
};

use crate::{Operation, parts};

/// The actor asks to be a member or owner of a group. An earlier request for the same is taken back.
#[derive(Clone, Debug)]
pub struct CreateRequest {
    /// Which group.
    pub group: Id<Group>,
    /// As what.
    pub kind: MembershipKind,
    /// Until when.
    pub until: Expiry,
    /// Why.
    pub reason: Reason,
}

impl Operation for CreateRequest {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let group = parts::group(world, self.group)?;
        let requester = context.actor.user().ok_or_else(|| {
            Refusal::invalid(
                "requester",
                "only a user can ask for access; sign in as one",
            )
        })?;
        let wants = Wants::Membership {
            group: group.id,
            kind: self.kind,
        };
        let mut change = ChangeSet::new("request.create");
        let earlier = world
            .requests()
            .filter(|r| r.requester == requester && r.wants == wants);
        for request in earlier {
            let reason = parts::reason("superseded by a newer request");
            let resolution = Resolution {
                by: context.actor,
                at: context.now,
                reason,
            };
            let state = State::Withdrawn { resolution };
            change.push(Edit::update(
                request.clone(),
                Request {
                    state,
                    ..request.clone()
                },
            ));
        }
        change.push(Edit::create(Request {
            id: context.id(),
            requester,
            wants,
            reason: self.reason.clone(),
            until: self.until,
            created_at: context.now,
            state: State::Pending,
        }));
        Ok(change)
    }
}
