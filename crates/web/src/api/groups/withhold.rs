//! End something a group confers.

use axum::http::StatusCode;
use portcullis_app::group::Withhold;
use portcullis_model::{Entitlement, Id, Refusal};

use crate::api::{
    extract::{Answer, Key, Write},
    wire::{Deleted, ended},
};

/// Withhold what a group confers
///
/// By the entitlement's id or by what it is called, such as the permission's name.
#[utoipa::path(delete, path = "/groups/{group}/entitlements/{entitlement}", tag = "groups", responses((status = 200, body = Deleted)))]
pub(crate) async fn withhold(
    Key((group, key)): Key<(String, String)>,
    Write { act, .. }: Write,
) -> Answer {
    let group = act.group(&group)?;
    let id = key.parse::<Id<Entitlement>>().ok();
    let name = portcullis_model::name::key(&key);
    let entitlement = act
        .world()
        .entitlements_of(group)
        .find(|e| Some(e.id) == id || e.grant.key() == name)
        .ok_or_else(|| Refusal::not_found("entitlement", &key))?
        .id;
    act.run(StatusCode::OK, Withhold { entitlement }, |done| {
        let was = ended!(done.change, Entitlement, entitlement);
        done.answer(&Deleted::new(
            entitlement,
            was.map_or("", |was| was.grant.label()),
        ))
    })
    .await
}
