//! End something a group confers.

use portcullis_app::group::RevokeEntitlement;
use portcullis_model::Entitlement;

use crate::api::{Act, Answer, Of, wire::Deleted};

/// Remove an entitlement from a group
///
/// By the entitlement's id or by what it is called, such as the permission's name.
#[utoipa::path(delete, path = "/groups/{group}/entitlements/{entitlement}", tag = "groups", responses((status = 200, body = Deleted)))]
pub(crate) async fn withhold(conferred: Of<Entitlement>, act: Act) -> Answer {
    let (id, name) = (conferred.id, conferred.grant.label());
    act.delete(id, name, RevokeEntitlement { entitlement: id })
        .await
}
