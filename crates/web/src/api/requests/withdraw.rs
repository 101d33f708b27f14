//! Take one's own request back.

use axum::http::StatusCode;
use portcullis_app::request::Withdraw;
use portcullis_model::name::Reason;

use super::get::{id, known, written};
use crate::api::{
    extract::{Answer, Key, Write},
    input::body,
    wire::RequestRow,
};

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
    Key(key): Key,
    Write { act, body, .. }: Write<Withdrawal>,
) -> Answer {
    let request = id(&key)?;
    known(act.web.app().store(), act.world(), request).await?;
    let operation = Withdraw {
        request,
        reason: body.reason.unwrap_or_default(),
    };
    act.run(StatusCode::OK, operation, |done| written(done, request))
        .await
}
