//! End something a group confers.

use axum::http::StatusCode;
use portcullis_app::group::RevokeEntitlement;

use super::confer::entitlement;
use crate::api::{
    extract::{Answer, Key, Write},
    wire::{Deleted, ended},
};

/// Remove an entitlement from a group
///
/// By the entitlement's id or by what it is called, such as the permission's name.
#[utoipa::path(delete, path = "/groups/{group}/entitlements/{entitlement}", tag = "groups", responses((status = 200, body = Deleted)))]
pub(crate) async fn withhold(
    Key((group, key)): Key<(String, String)>,
    Write { act, .. }: Write,
) -> Answer {
    let group = act.group(&group)?;
    let entitlement = entitlement(act.world(), group, &key)?;
    act.run(StatusCode::OK, RevokeEntitlement { entitlement }, |done| {
        let was = ended!(done.change, Entitlement, entitlement);
        done.answer(&Deleted::new(
            entitlement,
            was.map_or("", |was| was.grant.label()),
        ))
    })
    .await
}
