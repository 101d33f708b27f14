//! Take a role out of a group.

use axum::http::StatusCode;
use portcullis_app::group::DetachRole;
use portcullis_model::MembershipKind;

use crate::api::{
    extract::{Answer, Key, Write},
    input::{NoBody, query},
    wire::{InclusionRow, Rows, written_inclusions},
};

query! {
    /// As what it is in it.
    pub(crate) struct AsWhat {
        /// `member` if not given.
        kind: Option<MembershipKind>,
    }
}

/// Detach a role from a group
#[utoipa::path(delete, path = "/groups/{group}/inclusions/{role}", tag = "groups", params(AsWhat), responses((status = 200, body = Rows<InclusionRow>)))]
pub(crate) async fn detach_role(
    Key((group, role)): Key<(String, String)>,
    Write { act, query, .. }: Write<NoBody, AsWhat>,
) -> Answer {
    let operation = DetachRole {
        role: act.group(&role)?,
        groups: vec![act.group(&group)?],
        kind: query.kind.unwrap_or(MembershipKind::Member),
    };
    act.run(StatusCode::OK, operation, |done| {
        done.answer(&written_inclusions(done.world, done.change))
    })
    .await
}
