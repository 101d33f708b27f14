//! Merge one role into another.

use axum::http::StatusCode;
use portcullis_app::role::MergeRoles;
use portcullis_model::{Noun, Refusal, name::Reason};

use crate::api::{
    extract::{Answer, Key, Write},
    input::body,
    wire::GroupDetail,
};

body! {
    /// What is merged into this role.
    pub(crate) struct Merge {
        /// The role that goes: its id or name.
        from: String,
        /// Why.
        reason: Option<Reason>,
    }
}

/// Merge a role into this one
///
/// Its people and groups come over, the later ends stay, and it is deleted.
#[utoipa::path(post, path = "/roles/{role}/merge", tag = "roles", request_body = Merge, responses((status = 200, body = GroupDetail)))]
pub(crate) async fn merge_roles(Key(key): Key, Write { act, body, .. }: Write<Merge>) -> Answer {
    let into = act.role(&key)?;
    let reason = body.reason.unwrap_or_default();
    let operation = MergeRoles {
        into,
        from: act.role(&body.from)?,
        reason,
    };
    act.run(StatusCode::OK, operation, |done| {
        let role = done
            .world
            .group(into)
            .ok_or_else(|| Refusal::not_found(Noun::Role, into))?;
        done.answer(&GroupDetail::of(done.world, role, done.now))
    })
    .await
}
