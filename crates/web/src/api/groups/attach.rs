//! Let the members of a role into a group.

use portcullis_app::group::AttachRole;
use portcullis_model::{Expiry, Group, MembershipKind, name::Reason};

use super::wire::{InclusionRow, inclusions};
use crate::api::{Answer, Attached, Of, Write, body, wire::Rows};

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
