//! Take a role out of several groups at once.

use portcullis_app::group::DetachRole;
use portcullis_model::{Group, MembershipKind};

use crate::api::{
    Answer, Finds, Key, Of, Role, Write, body,
    groups::wire::{InclusionRow, inclusions},
    wire::Rows,
};

body! {
    /// Where the role's members are to be no more.
    pub(crate) struct Detachments {
        /// Which groups: ids or names.
        groups: Vec<Key<Group>>,
        /// As what they are in it; `member` if not given.
        kind: Option<MembershipKind>,
    }
}

/// Detach a role from groups
#[utoipa::path(delete, path = "/roles/{role}/groups", tag = "roles", request_body = Detachments, responses((status = 200, body = Rows<InclusionRow>)))]
pub(crate) async fn detach_from_groups(
    role: Of<Role>,
    Write { act, body }: Write<Detachments>,
) -> Answer {
    let operation = DetachRole {
        role: role.id,
        groups: act.ids(&body.groups)?,
        kind: body.kind.unwrap_or(MembershipKind::Member),
    };
    act.run(operation, inclusions).await
}
