//! What a group confers.

use crate::api::{
    extract::{Answer, Key, Read},
    wire::{EntitlementRow, Rows},
};

/// List what a group confers
#[utoipa::path(get, path = "/groups/{group}/entitlements", tag = "groups", responses((status = 200, body = Rows<EntitlementRow>)))]
pub(crate) async fn list_entitlements(Key(key): Key, read: Read) -> Answer {
    let world = &*read.world;
    let group = read.group(&key)?.id;
    let mut all: Vec<_> = world
        .entitlements_of(group)
        .filter(|e| !e.validity.until.is_past(read.now))
        .collect();
    all.sort_by_key(|e| e.grant.key());
    let items = all
        .into_iter()
        .map(|e| EntitlementRow::of(world, e))
        .collect();
    read.answer(&Rows { items })
}
