//! Take one's own request back.

use portcullis_app::request::Withdraw;
use portcullis_model::{Request, name::Reason};

use super::wire::RequestRow;
use crate::api::{Answer, Of, Write, body};

body! {
    /// Why it is taken back.
    pub(crate) struct Withdrawal {
        /// Why, if you like to say.
        reason: Option<Reason>,
    }
}

/// Withdraw a request
///
/// Your own.
#[utoipa::path(post, path = "/requests/{request}/withdraw", tag = "requests", request_body = Withdrawal, responses((status = 200, body = RequestRow)))]
pub(crate) async fn withdraw_request(
    request: Of<Request>,
    Write { act, body }: Write<Withdrawal>,
) -> Answer {
    let operation = Withdraw {
        request: request.id,
        reason: body.reason.unwrap_or_default(),
    };
    act.edit(request.id, operation).await
}
