//! Put one person into a group, or move their end.

use axum::http::StatusCode;
use portcullis_app::group::AddPeople;
use portcullis_model::{Expiry, MembershipKind, name::Reason};

use crate::api::{
    extract::{Answer, Key, Write},
    input::body,
    wire::{MembershipRow, Rows, written_memberships},
};

body! {
    /// Until when and why.
    pub(crate) struct PlaceBody {
        /// Until when; null or left out for no end. Tags may bring it nearer.
        until: Option<Expiry>,
        /// Why.
        reason: Option<Reason>,
    }
}

/// Add or extend a member
#[utoipa::path(put, path = "/groups/{group}/members/{user}", tag = "groups", request_body = PlaceBody, responses((status = 200, body = Rows<MembershipRow>)))]
pub(crate) async fn put_member(key: Key<(String, String)>, write: Write<PlaceBody>) -> Answer {
    put(key, write, MembershipKind::Member).await
}

/// Add or extend an owner
#[utoipa::path(put, path = "/groups/{group}/owners/{user}", tag = "groups", request_body = PlaceBody, responses((status = 200, body = Rows<MembershipRow>)))]
pub(crate) async fn put_owner(key: Key<(String, String)>, write: Write<PlaceBody>) -> Answer {
    put(key, write, MembershipKind::Owner).await
}

async fn put(
    Key((group, user)): Key<(String, String)>,
    Write { act, body, .. }: Write<PlaceBody>,
    kind: MembershipKind,
) -> Answer {
    let operation = AddPeople {
        group: act.group(&group)?,
        kind,
        users: vec![act.user(&user)?],
        until: body.until.unwrap_or(Expiry::NEVER),
        reason: body.reason.unwrap_or_default(),
    };
    act.run(StatusCode::OK, operation, |done| {
        done.answer(&written_memberships(done.world, done.change))
    })
    .await
}
