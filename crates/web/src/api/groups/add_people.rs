//! Add people to a group, or move the end of those who are in it.

use axum::http::StatusCode;
use portcullis_app::group::AddPeople;
use portcullis_model::{Expiry, MembershipKind, name::Reason};

use crate::api::{
    extract::{Answer, Key, Write},
    input::body,
    wire::{MembershipRow, Rows, written_memberships},
};

body! {
    /// Who is to be in it, until when and why.
    pub(crate) struct Addition {
        /// Whom: ids, logins or e-mail addresses.
        users: Vec<String>,
        /// Until when; null or left out for no end. Tags may bring it nearer.
        until: Option<Expiry>,
        /// Why.
        reason: Option<Reason>,
    }
}

/// Add members
///
/// Those who are in it directly get the new end instead, earlier or later.
#[utoipa::path(post, path = "/groups/{group}/members", tag = "groups", request_body = Addition, responses((status = 200, body = Rows<MembershipRow>)))]
pub(crate) async fn add_members(key: Key, write: Write<Addition>) -> Answer {
    add(key, write, MembershipKind::Member).await
}

/// Add owners
///
/// Those who own it directly get the new end instead, earlier or later.
#[utoipa::path(post, path = "/groups/{group}/owners", tag = "groups", request_body = Addition, responses((status = 200, body = Rows<MembershipRow>)))]
pub(crate) async fn add_owners(key: Key, write: Write<Addition>) -> Answer {
    add(key, write, MembershipKind::Owner).await
}

async fn add(
    Key(key): Key,
    Write { act, body, .. }: Write<Addition>,
    kind: MembershipKind,
) -> Answer {
    let operation = AddPeople {
        group: act.group(&key)?,
        kind,
        users: act.users(&body.users)?,
        until: body.until.unwrap_or(Expiry::NEVER),
        reason: body.reason.unwrap_or_default(),
    };
    act.run(StatusCode::OK, operation, |done| {
        done.answer(&written_memberships(done.world, done.change))
    })
    .await
}
