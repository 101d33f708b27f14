//! Ask for access.

use axum::http::StatusCode;
use portcullis_app::request::CreateRequest;
use portcullis_model::{Expiry, MembershipKind, Noun, Refusal, Wants, name::Reason};

use super::get::written;
use crate::api::{
    extract::{Answer, Write},
    input::body,
    wire::{RequestRow, created},
};

body! {
    /// What you ask for, for yourself.
    pub(crate) struct NewRequest {
        /// Which group: its id or name.
        group: String,
        /// As what; `member` if not given.
        kind: Option<MembershipKind>,
        /// Until when; null or left out for no end.
        until: Option<Expiry>,
        /// Why; whoever decides reads it.
        reason: Option<Reason>,
    }
}

/// Ask for access
///
/// An earlier request of yours for the same is taken back.
#[utoipa::path(post, path = "/requests", tag = "requests", request_body = NewRequest, responses((status = 201, body = RequestRow)))]
pub(crate) async fn create_request(Write { act, body, .. }: Write<NewRequest>) -> Answer {
    let operation = CreateRequest {
        wants: Wants::Membership {
            group: act.group(&body.group)?,
            kind: body.kind.unwrap_or(MembershipKind::Member),
        },
        until: body.until.unwrap_or(Expiry::NEVER),
        reason: body.reason.unwrap_or_default(),
    };
    act.run(StatusCode::CREATED, operation, |done| {
        let id = created!(done.change, Request);
        written(
            done,
            id.ok_or_else(|| Refusal::not_found(Noun::Request, "just created"))?,
        )
    })
    .await
}
