//! Registered resources: what searches look through and decisions may look at.

mod delete;
mod get;
mod list;
mod put;

use portcullis_model::{Noun, Refusal, Resource, World};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::wire::Attributes;
use crate::Web;

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(list::list_resources))
        .routes(routes!(
            get::get_resource,
            put::put_resource,
            delete::delete_resource
        ))
}

/// A registered resource.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ResourceRow<'w> {
    /// Its type in requests.
    #[serde(rename = "type")]
    kind: &'w str,
    /// Its id in that type.
    id: &'w str,
    /// What is known of it; requests cannot override it.
    #[schema(value_type = Object)]
    properties: &'w Attributes,
}

impl<'w> ResourceRow<'w> {
    fn of(resource: &'w Resource) -> Self {
        Self {
            kind: &resource.resource_type,
            id: &resource.resource_id,
            properties: &resource.properties,
        }
    }
}

/// The resource of that type and id.
fn found<'w>(world: &'w World, (kind, id): &(String, String)) -> Result<&'w Resource, Refusal> {
    let found = world.resource_by_key(kind, id);
    found.ok_or_else(|| Refusal::not_found(Noun::Resource, format!("{kind} {id}")))
}
