//! The roles in a group, and the groups a role is in.

use portcullis_app::group::{AttachRole, DetachRole};
use portcullis_model::{Expiry, Group, MembershipKind, Timestamp, World, name::Reason};

use super::wire::{InclusionRow, inclusions};
use crate::api::{
    Act, Answer, Attached, Of, Paging, Read, Write, body, list::Window, query, row, wire::Rows,
};

row! {
    /// A group's inclusions.
    pub(crate) struct Inclusions<'w> of(
        world: &'w World,
        group: &Group,
        now: Timestamp,
        window: &mut Window,
    ) where {
        let roles = InclusionRow::lasting(world, now, world.children_of(group.id), |i| i.child);
        let groups = InclusionRow::lasting(world, now, world.targets_of(group.id), |i| i.target);
    } {
        /// Roles whose members get into this group.
        roles: Vec<InclusionRow<'w>> = window.of(&roles, |i| InclusionRow::of(world, i)),
        role_count: usize = roles.len(),
        /// Groups that this one's members get into; for roles.
        groups: Vec<InclusionRow<'w>> = window.of(&groups, |i| InclusionRow::of(world, i)),
        group_count: usize = groups.len(),
        /// What to send as `after` for what follows in these lists; null at their ends.
        next: Option<String> = window.next(),
    }
}

/// List a group's inclusions
///
/// The roles attached to it and, for a role, the groups it is attached to.
#[utoipa::path(get, path = "/groups/{group}/inclusions", tag = "groups", params(Paging), responses((status = 200, body = Inclusions)))]
pub(crate) async fn list_inclusions(group: Of<Group>, read: Read<Paging>) -> Answer {
    let window = &mut read.query.window()?;
    read.answer(&Inclusions::of(&read.world, &group, read.now, window))
}

body! {
    /// As what, until when and why.
    pub(crate) struct Attachment {
        /// As what; `member` if not given.
        kind: Option<MembershipKind>,
        /// Until when; null or left out for no end. Tags may bring it nearer.
        until: Option<Expiry>,
        /// Why.
        reason: Option<Reason>,
    }
}

/// Attach a role to a group, or move its end
#[utoipa::path(put, path = "/groups/{group}/inclusions/{role}", tag = "groups", request_body = Attachment, responses((status = 200, body = Rows<InclusionRow>)))]
pub(crate) async fn attach_role(
    group: Of<Group>,
    role: Of<Attached>,
    Write { act, body }: Write<Attachment>,
) -> Answer {
    let operation = AttachRole {
        role: role.id,
        groups: vec![group.id],
        kind: body.kind.unwrap_or(MembershipKind::Member),
        until: body.until.unwrap_or(Expiry::NEVER),
        reason: body.reason.unwrap_or_default(),
    };
    act.run(operation, inclusions).await
}

query! {
    /// As what it is in it.
    pub(crate) struct AsWhat {
        /// `member` if not given.
        kind: Option<MembershipKind>,
    }
}

/// Detach a role from a group
#[utoipa::path(delete, path = "/groups/{group}/inclusions/{role}", tag = "groups", params(AsWhat), responses((status = 200, body = Rows<InclusionRow>)))]
pub(crate) async fn detach_role(group: Of<Group>, role: Of<Attached>, act: Act<AsWhat>) -> Answer {
    let operation = DetachRole {
        role: role.id,
        groups: vec![group.id],
        kind: act.query.kind.unwrap_or(MembershipKind::Member),
    };
    act.run(operation, inclusions).await
}
