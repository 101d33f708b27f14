//! Approve a request.

use portcullis_app::request::Approve;
use portcullis_model::{Expiry, Request, name::Reason};

use super::wire::RequestRow;
use crate::api::{Answer, Of, Write, body};

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
    request: Of<Request>,
    Write { act, body }: Write<Approval>,
) -> Answer {
    let operation = Approve {
        request: request.id,
        until: body.until,
        reason: body.reason.unwrap_or_default(),
    };
    act.edit(request.id, operation).await
}
