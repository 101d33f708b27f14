//! Take one person out of a group.

use axum::http::StatusCode;
use portcullis_app::group::RemovePeople;
use portcullis_model::MembershipKind;

use crate::api::{
    extract::{Answer, Key, Write},
    wire::{MembershipRow, Rows, written_memberships},
};

/// Remove a member
#[utoipa::path(delete, path = "/groups/{group}/members/{user}", tag = "groups", responses((status = 200, body = Rows<MembershipRow>)))]
pub(crate) async fn remove_member(key: Key<(String, String)>, write: Write) -> Answer {
    remove(key, write, MembershipKind::Member).await
}

/// Remove an owner
#[utoipa::path(delete, path = "/groups/{group}/owners/{user}", tag = "groups", responses((status = 200, body = Rows<MembershipRow>)))]
pub(crate) async fn remove_owner(key: Key<(String, String)>, write: Write) -> Answer {
    remove(key, write, MembershipKind::Owner).await
}

async fn remove(
    Key((group, user)): Key<(String, String)>,
    Write { act, .. }: Write,
    kind: MembershipKind,
) -> Answer {
    let (group, users) = (act.group(&group)?, vec![act.user(&user)?]);
    let operation = RemovePeople { group, kind, users };
    act.run(StatusCode::OK, operation, |done| {
        done.answer(&written_memberships(done.world, done.change))
    })
    .await
}
