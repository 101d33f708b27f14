//! Merge one role into another.

use portcullis_app::role::MergeRoles;
use portcullis_model::name::Reason;

use crate::api::{Answer, Finds, Key, Of, Role, Write, body, groups::wire::GroupDetail};

body! {
    /// What is merged into this role.
    pub(crate) struct Merge {
        /// The role that goes: its id or name.
        from: Key<Role>,
        /// Why.
        reason: Option<Reason>,
    }
}

/// Merge a role into this one
///
/// Its people and groups come over, the later ends stay, and it is deleted.
#[utoipa::path(post, path = "/roles/{role}/merge", tag = "roles", request_body = Merge, responses((status = 200, body = GroupDetail)))]
pub(crate) async fn merge_roles(role: Of<Role>, Write { act, body }: Write<Merge>) -> Answer {
    let operation = MergeRoles {
        into: role.id,
        from: act.one(&body.from)?.id,
        reason: body.reason.unwrap_or_default(),
    };
    act.edit(role.id, operation).await
}
