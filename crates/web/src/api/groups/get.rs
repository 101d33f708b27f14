//! Get a group.

use portcullis_model::Group;

use super::wire::GroupDetail;
use crate::api::{Answer, Of, Read};

/// Get a group, role or app group
#[utoipa::path(get, path = "/groups/{group}", tag = "groups", responses((status = 200, body = GroupDetail)))]
pub(crate) async fn get_group(group: Of<Group>, read: Read) -> Answer {
    read.answer(&GroupDetail::of(&read.world, &group, read.now))
}
