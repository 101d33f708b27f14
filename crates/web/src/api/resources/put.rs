//! Register a resource.

use portcullis_app::resource::RegisterResource;
use portcullis_model::{Noun, Refusal};

use super::wire::ResourceRow;
use crate::{
    api::{Answer, Write, body, wire::Attributes},
    http::path::Keys,
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
pub(crate) async fn put_resource(keys: Keys, Write { act, body }: Write<ResourceBody>) -> Answer {
    let (kind, id) = (keys.named("type")?, keys.named("id")?);
    let operation = RegisterResource {
        resource_type: kind.to_owned(),
        resource_id: id.to_owned(),
        properties: body.properties.unwrap_or_default(),
    };
    act.run(operation, |done| {
        let known = done.world.resource_by_key(kind, id);
        let missing = || Refusal::not_found(Noun::Resource, format!("{kind} {id}"));
        done.answer(&ResourceRow::of(known.ok_or_else(missing)?))
    })
    .await
}
