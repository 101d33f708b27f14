//! Reject a request.

use portcullis_app::request::Reject;
use portcullis_model::{Request, name::Reason};

use super::wire::RequestRow;
use crate::api::{Answer, Of, Write, body};

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
    request: Of<Request>,
    Write { act, body }: Write<Rejection>,
) -> Answer {
    let operation = Reject {
        request: request.id,
        reason: body.reason,
    };
    act.edit(request.id, operation).await
}
