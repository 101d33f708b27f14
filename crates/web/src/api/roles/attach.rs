//! Attach a role to several groups at once.

use portcullis_app::group::AttachRole;
use portcullis_model::{Expiry, Group, MembershipKind, name::Reason};

use crate::api::{
    Answer, Finds, Key, Of, Role, Write, body,
    groups::wire::{InclusionRow, inclusions},
    wire::Rows,
};

body! {
    /// Where the role's members get into.
    pub(crate) struct Attachments {
        /// Which groups: ids or names.
        groups: Vec<Key<Group>>,
        /// As what; `member` if not given.
        kind: Option<MembershipKind>,
        /// Until when; null or left out for no end. Tags may bring it nearer.
        until: Option<Expiry>,
        /// Why.
        reason: Option<Reason>,
    }
}

/// Attach a role to groups, or move the end
#[utoipa::path(post, path = "/roles/{role}/groups", tag = "roles", request_body = Attachments, responses((status = 200, body = Rows<InclusionRow>)))]
pub(crate) async fn attach_to_groups(
    role: Of<Role>,
    Write { act, body }: Write<Attachments>,
) -> Answer {
    let operation = AttachRole {
        role: role.id,
        groups: act.ids(&body.groups)?,
        kind: body.kind.unwrap_or(MembershipKind::Member),
        until: body.until.unwrap_or(Expiry::NEVER),
        reason: body.reason.unwrap_or_default(),
    };
    act.run(operation, inclusions).await
}
