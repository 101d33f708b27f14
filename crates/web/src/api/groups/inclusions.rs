//! What leads into a group, and where its members get into.

use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{
    extract::{Answer, Key, Read},
    wire::InclusionRow,
};

/// A group's inclusions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Inclusions<'w> {
    /// Roles whose members get into this group.
    roles: Vec<InclusionRow<'w>>,
    /// Groups that this one's members get into; for roles.
    groups: Vec<InclusionRow<'w>>,
}

/// List a group's inclusions
///
/// The roles attached to it and, for a role, the groups it is attached to.
#[utoipa::path(get, path = "/groups/{group}/inclusions", tag = "groups", responses((status = 200, body = Inclusions)))]
pub(crate) async fn list_inclusions(Key(key): Key, read: Read) -> Answer {
    let world = &*read.world;
    let group = read.group(&key)?.id;
    let name = |id| world.group(id).map(|group| &group.name);
    let lasts = |i: &&portcullis_model::Inclusion| !i.validity.until.is_past(read.now);
    let mut roles: Vec<_> = world.children_of(group).filter(lasts).collect();
    roles.sort_by_key(|i| (name(i.child), i.kind));
    let mut groups: Vec<_> = world.targets_of(group).filter(lasts).collect();
    groups.sort_by_key(|i| (name(i.target), i.kind));
    read.answer(&Inclusions {
        roles: roles
            .into_iter()
            .map(|i| InclusionRow::of(world, i))
            .collect(),
        groups: groups
            .into_iter()
            .map(|i| InclusionRow::of(world, i))
            .collect(),
    })
}
