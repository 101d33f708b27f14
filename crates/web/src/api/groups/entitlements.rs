//! What a group confers.

use portcullis_model::Group;

use super::wire::EntitlementRow;
use crate::api::{Answer, Of, Read, wire::Rows};

/// List what a group confers
#[utoipa::path(get, path = "/groups/{group}/entitlements", tag = "groups", responses((status = 200, body = Rows<EntitlementRow>)))]
pub(crate) async fn list_entitlements(group: Of<Group>, read: Read) -> Answer {
    let conferred = read.world.entitlements_of(group.id);
    let mut all: Vec<_> = conferred
        .filter(|e| !e.validity.until.is_past(read.now))
        .collect();
    all.sort_by_key(|e| e.grant.key());
    let items = all
        .into_iter()
        .map(|e| EntitlementRow::of(&read.world, e))
        .collect();
    read.answer(&Rows { items })
}
