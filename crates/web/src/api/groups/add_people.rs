//! Put people into a group, several or one, or move the end of those who are in it.

use portcullis_app::group::AddPeople;
use portcullis_model::{Expiry, Group, Id, MembershipKind, User, name::Reason};

use super::wire::{MembershipRow, memberships};
use crate::api::{Act, Answer, Finds, Key, Of, Write, body, wire::Rows};

body! {
    /// Who is to be in it, until when and why.
    pub(crate) struct Addition {
        /// Whom: ids or logins.
        users: Vec<Key<User>>,
        /// Until when; null or left out for no end. Tags may bring it nearer.
        until: Option<Expiry>,
        /// Why.
        reason: Option<Reason>,
    }
}

body! {
    /// Until when and why.
    pub(crate) struct PlaceBody {
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
pub(crate) async fn add_members(group: Of<Group>, write: Write<Addition>) -> Answer {
    add_all(&group, write, MembershipKind::Member).await
}

/// Add owners
///
/// Those who own it directly get the new end instead, earlier or later.
#[utoipa::path(post, path = "/groups/{group}/owners", tag = "groups", request_body = Addition, responses((status = 200, body = Rows<MembershipRow>)))]
pub(crate) async fn add_owners(group: Of<Group>, write: Write<Addition>) -> Answer {
    add_all(&group, write, MembershipKind::Owner).await
}

/// Add or extend a member
#[utoipa::path(put, path = "/groups/{group}/members/{user}", tag = "groups", request_body = PlaceBody, responses((status = 200, body = Rows<MembershipRow>)))]
pub(crate) async fn put_member(
    group: Of<Group>,
    user: Of<User>,
    Write { act, body }: Write<PlaceBody>,
) -> Answer {
    add(act, &group, vec![user.id], MembershipKind::Member, body).await
}

/// Add or extend an owner
#[utoipa::path(put, path = "/groups/{group}/owners/{user}", tag = "groups", request_body = PlaceBody, responses((status = 200, body = Rows<MembershipRow>)))]
pub(crate) async fn put_owner(
    group: Of<Group>,
    user: Of<User>,
    Write { act, body }: Write<PlaceBody>,
) -> Answer {
    add(act, &group, vec![user.id], MembershipKind::Owner, body).await
}

async fn add_all(
    group: &Group,
    Write { act, body }: Write<Addition>,
    kind: MembershipKind,
) -> Answer {
    let users = act.ids(&body.users)?;
    let (until, reason) = (body.until, body.reason);
    add(act, group, users, kind, PlaceBody { until, reason }).await
}

async fn add(
    act: Act,
    group: &Group,
    users: Vec<Id<User>>,
    kind: MembershipKind,
    place: PlaceBody,
) -> Answer {
    let operation = AddPeople {
        group: group.id,
        kind,
        users,
        until: place.until.unwrap_or(Expiry::NEVER),
        reason: place.reason.unwrap_or_default(),
    };
    act.run(operation, memberships).await
}
