//! Take a role out of a group.

use portcullis_app::group::DetachRole;
use portcullis_model::{Group, MembershipKind};

use super::wire::{InclusionRow, inclusions};
use crate::api::{Act, Answer, Attached, Of, query, wire::Rows};

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
