//! Remove people from a group.

use axum::http::StatusCode;
use portcullis_app::group::RemovePeople;
use portcullis_model::MembershipKind;

use crate::api::{
    extract::{Answer, Key, Write},
    input::body,
    wire::{MembershipRow, Rows, written_memberships},
};

body! {
    /// Who is to be in it no more.
    pub(crate) struct Removal {
        /// Whom: ids, logins or e-mail addresses.
        users: Vec<String>,
    }
}

/// Remove members
///
/// Ends their direct memberships, all or none. Who is in it through a role stays.
#[utoipa::path(delete, path = "/groups/{group}/members", tag = "groups", request_body = Removal, responses((status = 200, body = Rows<MembershipRow>)))]
pub(crate) async fn remove_members(key: Key, write: Write<Removal>) -> Answer {
    remove(key, write, MembershipKind::Member).await
}

/// Remove owners
///
/// Ends their direct ownerships, all or none. Who owns it through a role stays.
#[utoipa::path(delete, path = "/groups/{group}/owners", tag = "groups", request_body = Removal, responses((status = 200, body = Rows<MembershipRow>)))]
pub(crate) async fn remove_owners(key: Key, write: Write<Removal>) -> Answer {
    remove(key, write, MembershipKind::Owner).await
}

async fn remove(
    Key(key): Key,
    Write { act, body, .. }: Write<Removal>,
    kind: MembershipKind,
) -> Answer {
    let (group, users) = (act.group(&key)?, act.users(&body.users)?);
    let operation = RemovePeople { group, kind, users };
    act.run(StatusCode::OK, operation, |done| {
        done.answer(&written_memberships(done.world, done.change))
    })
    .await
}
