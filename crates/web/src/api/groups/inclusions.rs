//! What leads into a group, and where its members get into.

use portcullis_model::Group;
use serde::Serialize;
use utoipa::ToSchema;

use super::wire::InclusionRow;
use crate::api::{Answer, Of, Read};

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
pub(crate) async fn list_inclusions(group: Of<Group>, read: Read) -> Answer {
    let (world, now) = (&*read.world, read.now);
    read.answer(&Inclusions {
        roles: InclusionRow::lasting(world, now, world.children_of(group.id), |i| i.child),
        groups: InclusionRow::lasting(world, now, world.targets_of(group.id), |i| i.target),
    })
}
