//! Register a resource.

use axum::http::StatusCode;
use portcullis_app::resource::RegisterResource;

use super::{ResourceRow, found};
use crate::api::{
    extract::{Answer, Key, Write},
    input::body,
    wire::Attributes,
};

body! {
    /// What is known of a resource.
    pub(crate) struct ResourceBody {
        /// By name, all of it; requests cannot override it.
        properties: Option<Attributes>,
    }
}

/// Register a resource
///
/// What was known of it is replaced.
#[utoipa::path(put, path = "/resources/{type}/{id}", tag = "resources", request_body = ResourceBody, responses((status = 200, body = ResourceRow)))]
pub(crate) async fn put_resource(
    Key(key): Key<(String, String)>,
    Write { act, body, .. }: Write<ResourceBody>,
) -> Answer {
    let operation = RegisterResource {
        resource_type: key.0.clone(),
        resource_id: key.1.clone(),
        properties: body.properties.unwrap_or_default(),
    };
    act.run(StatusCode::OK, operation, |done| {
        done.answer(&ResourceRow::of(found(done.world, &key)?))
    })
    .await
}
