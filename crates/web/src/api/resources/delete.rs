//! Forget a registered resource.

use axum::http::StatusCode;
use portcullis_app::resource::ForgetResource;

use super::found;
use crate::api::{
    extract::{Answer, Key, Write},
    wire::Deleted,
};

/// Forget a resource
///
/// Searches find it no more, and decisions know nothing of it but what requests say.
#[utoipa::path(delete, path = "/resources/{type}/{id}", tag = "resources", responses((status = 200, body = Deleted)))]
pub(crate) async fn delete_resource(
    Key(key): Key<(String, String)>,
    Write { act, .. }: Write,
) -> Answer {
    let resource = found(act.world(), &key)?.id;
    act.run(StatusCode::OK, ForgetResource { resource }, |done| {
        done.answer(&Deleted::new(resource, &key.1))
    })
    .await
}
