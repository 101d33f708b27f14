//! Approve a request.

use axum::http::StatusCode;
use portcullis_app::request::Approve;
use portcullis_model::{Expiry, name::Reason};

use super::get::{id, known, written};
use crate::api::{
    extract::{Answer, Key, Write},
    input::body,
    wire::RequestRow,
};

body! {
    /// How it is granted.
    pub(crate) struct Approval {
        /// Until when, null for no end; as asked, if left out. Tags may bring it nearer.
        until: Option<Expiry>,
        /// Why.
        reason: Option<Reason>,
    }
}

/// Approve a request
///
/// Grants what was asked for. Nobody approves their own.
#[utoipa::path(post, path = "/requests/{request}/approve", tag = "requests", request_body = Approval, responses((status = 200, body = RequestRow)))]
pub(crate) async fn approve_request(
    Key(key): Key,
    Write { act, body, .. }: Write<Approval>,
) -> Answer {
    let request = id(&key)?;
    known(act.web.app().store(), act.world(), request).await?;
    let reason = body.reason.unwrap_or_default();
    let operation = Approve {
        request,
        until: body.until,
        reason,
    };
    act.run(StatusCode::OK, operation, |done| written(done, request))
        .await
}
