//! Get a role.

use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{
    extract::{Answer, Key, Read, role},
    wire::{GroupDetail, InclusionRow},
};

/// A role with where it leads.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoleDetail<'w> {
    #[serde(flatten)]
    group: GroupDetail<'w>,
    /// The groups its members get into.
    groups: Vec<InclusionRow<'w>>,
}

/// Get a role
///
/// The group, and the groups its members get into.
#[utoipa::path(get, path = "/roles/{role}", tag = "roles", responses((status = 200, body = RoleDetail)))]
pub(crate) async fn get_role(Key(key): Key, read: Read) -> Answer {
    let world = &*read.world;
    let role = role(world, &key)?;
    let mut groups: Vec<_> = world
        .targets_of(role.id)
        .filter(|i| !i.validity.until.is_past(read.now))
        .collect();
    groups.sort_by_key(|i| (world.group(i.target).map(|group| &group.name), i.kind));
    read.answer(&RoleDetail {
        group: GroupDetail::of(world, role, read.now),
        groups: groups
            .into_iter()
            .map(|i| InclusionRow::of(world, i))
            .collect(),
    })
}
