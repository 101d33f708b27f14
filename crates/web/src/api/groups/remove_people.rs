//! Remove people from a group, several or one.

use portcullis_app::group::RemovePeople;
use portcullis_model::{Group, Id, MembershipKind, User};

use super::wire::{MembershipRow, memberships};
use crate::api::{Act, Answer, Finds, Key, Of, Write, body, wire::Rows};

body! {
    /// Who is to be in it no more.
    pub(crate) struct Removal {
        /// Whom: ids or logins.
        users: Vec<Key<User>>,
    }
}

/// Remove members
///
/// Ends their direct memberships, all or none. Who is in it through a role stays.
#[utoipa::path(delete, path = "/groups/{group}/members", tag = "groups", request_body = Removal, responses((status = 200, body = Rows<MembershipRow>)))]
pub(crate) async fn remove_members(group: Of<Group>, write: Write<Removal>) -> Answer {
    let users = write.act.ids(&write.body.users)?;
    remove(write.act, &group, users, MembershipKind::Member).await
}

/// Remove owners
///
/// Ends their direct ownerships, all or none. Who owns it through a role stays.
#[utoipa::path(delete, path = "/groups/{group}/owners", tag = "groups", request_body = Removal, responses((status = 200, body = Rows<MembershipRow>)))]
pub(crate) async fn remove_owners(group: Of<Group>, write: Write<Removal>) -> Answer {
    let users = write.act.ids(&write.body.users)?;
    remove(write.act, &group, users, MembershipKind::Owner).await
}

/// Remove a member
#[utoipa::path(delete, path = "/groups/{group}/members/{user}", tag = "groups", responses((status = 200, body = Rows<MembershipRow>)))]
pub(crate) async fn remove_member(group: Of<Group>, user: Of<User>, act: Act) -> Answer {
    remove(act, &group, vec![user.id], MembershipKind::Member).await
}

/// Remove an owner
#[utoipa::path(delete, path = "/groups/{group}/owners/{user}", tag = "groups", responses((status = 200, body = Rows<MembershipRow>)))]
pub(crate) async fn remove_owner(group: Of<Group>, user: Of<User>, act: Act) -> Answer {
    remove(act, &group, vec![user.id], MembershipKind::Owner).await
}

async fn remove(act: Act, group: &Group, users: Vec<Id<User>>, kind: MembershipKind) -> Answer {
    let group = group.id;
    act.run(RemovePeople { group, kind, users }, memberships)
        .await
}
