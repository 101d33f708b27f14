//! Let the members of a role into a group.

use axum::http::StatusCode;
use portcullis_app::group::AttachRole;
use portcullis_model::{Expiry, MembershipKind, name::Reason};

use crate::api::{
    extract::{Answer, Key, Write},
    input::body,
    wire::{InclusionRow, Rows, written_inclusions},
};

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
    Key((group, role)): Key<(String, String)>,
    Write { act, body, .. }: Write<Attachment>,
) -> Answer {
    let operation = AttachRole {
        role: act.group(&role)?,
        groups: vec![act.group(&group)?],
        kind: body.kind.unwrap_or(MembershipKind::Member),
        until: body.until.unwrap_or(Expiry::NEVER),
        reason: body.reason.unwrap_or_default(),
    };
    act.run(StatusCode::OK, operation, |done| {
        done.answer(&written_inclusions(done.world, done.change))
    })
    .await
}
