//! Reject a request.

use axum::http::StatusCode;
use portcullis_app::request::Reject;
use portcullis_model::name::Reason;

use super::get::{id, known, written};
use crate::api::{
    extract::{Answer, Key, Write},
    input::body,
    wire::RequestRow,
};

body! {
    /// Why it is refused.
    pub(crate) struct Rejection {
        /// Why; the requester reads it.
        reason: Reason,
    }
}

/// Reject a request
#[utoipa::path(post, path = "/requests/{request}/reject", tag = "requests", request_body = Rejection, responses((status = 200, body = RequestRow)))]
pub(crate) async fn reject_request(
    Key(key): Key,
    Write { act, body, .. }: Write<Rejection>,
) -> Answer {
    let request = id(&key)?;
    known(act.web.app().store(), act.world(), request).await?;
    let operation = Reject {
        request,
        reason: body.reason,
    };
    act.run(StatusCode::OK, operation, |done| written(done, request))
        .await
}
