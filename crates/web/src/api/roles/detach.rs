//! Take a role out of several groups at once.

use axum::http::StatusCode;
use portcullis_app::group::DetachRole;
use portcullis_model::MembershipKind;

use crate::api::{
    extract::{Answer, Key, Write},
    input::body,
    wire::{InclusionRow, Rows, written_inclusions},
};

body! {
    /// Where the role's members are to be no more.
    pub(crate) struct Detachments {
        /// Which groups: ids or names.
        groups: Vec<String>,
        /// As what they are in it; `member` if not given.
        kind: Option<MembershipKind>,
    }
}

/// Detach a role from groups
#[utoipa::path(delete, path = "/roles/{role}/groups", tag = "roles", request_body = Detachments, responses((status = 200, body = Rows<InclusionRow>)))]
pub(crate) async fn detach_from_groups(
    Key(key): Key,
    Write { act, body, .. }: Write<Detachments>,
) -> Answer {
    let operation = DetachRole {
        role: act.role(&key)?,
        groups: act.groups(&body.groups)?,
        kind: body.kind.unwrap_or(MembershipKind::Member),
    };
    act.run(StatusCode::OK, operation, |done| {
        done.answer(&written_inclusions(done.world, done.change))
    })
    .await
}
