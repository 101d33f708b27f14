//! Get a group.

use crate::api::{
    extract::{Answer, Key, Read},
    wire::GroupDetail,
};

/// Get a group, role or app group
#[utoipa::path(get, path = "/groups/{group}", tag = "groups", responses((status = 200, body = GroupDetail)))]
pub(crate) async fn get_group(Key(key): Key, read: Read) -> Answer {
    let group = read.group(&key)?;
    read.answer(&GroupDetail::of(&read.world, group, read.now))
}
