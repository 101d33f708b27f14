//! Get a role.

use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{
    Answer, Of, Read, Role,
    groups::wire::{GroupDetail, InclusionRow},
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
pub(crate) async fn get_role(role: Of<Role>, read: Read) -> Answer {
    let (world, now) = (&*read.world, read.now);
    read.answer(&RoleDetail {
        group: GroupDetail::of(world, &role, now),
        groups: InclusionRow::lasting(world, now, world.targets_of(role.id), |i| i.target),
    })
}
