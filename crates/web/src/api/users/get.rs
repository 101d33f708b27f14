//! Get a user with everything they have.

use portcullis_app::decide::{Decider, Moment};
use portcullis_model::{Timestamp, User, World};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{
    extract::{Answer, Key, Read},
    wire::{AccessRow, Attributes, MembershipRow, PermissionRow, UserRow},
};

/// A user with everything they have and through what.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserDetail<'w> {
    #[serde(flatten)]
    row: UserRow<'w>,
    /// Profile attributes.
    #[schema(value_type = Object)]
    attributes: &'w Attributes,
    /// Whether they are an admin.
    admin: bool,
    /// Where they are, directly or through roles, with every way that leads there.
    access: Vec<AccessRow<'w>>,
    /// What they may do, and through which group.
    permissions: Vec<PermissionRow<'w>>,
    /// Their direct memberships and ownerships, also those that have not begun.
    direct: Vec<MembershipRow<'w>>,
}

impl<'w> UserDetail<'w> {
    pub(crate) fn of(decider: &Decider, world: &'w World, user: &'w User, now: Timestamp) -> Self {
        let mut direct: Vec<_> = world
            .direct_of_user(user.id)
            .filter(|membership| !membership.validity.until.is_past(now))
            .collect();
        direct.sort_by_key(|membership| (membership.validity.from, membership.id));
        Self {
            row: UserRow::of(world, user),
            attributes: &user.attributes,
            admin: world.is_admin(user.id, now),
            access: world
                .access_of(user.id, now)
                .iter()
                .map(|access| AccessRow::of(world, access))
                .collect(),
            permissions: decider
                .permissions_of(Moment::new(world, now), user)
                .iter()
                .map(|access| PermissionRow::of(world, access))
                .collect(),
            direct: direct
                .into_iter()
                .map(|m| MembershipRow::of(world, m))
                .collect(),
        }
    }
}

/// Get a user
///
/// With what they have, directly and through roles, every way that leads there, and until when.
#[utoipa::path(get, path = "/users/{user}", tag = "users", responses((status = 200, body = UserDetail)))]
pub(crate) async fn get_user(Key(key): Key, read: Read) -> Answer {
    let user = read.user(&key)?;
    read.answer(&UserDetail::of(
        read.web.decider(),
        &read.world,
        user,
        read.now,
    ))
}
