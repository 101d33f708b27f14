//! Registered resources on the wire.

use portcullis_model::Resource;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::wire::Attributes;

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
    pub(super) fn of(resource: &'w Resource) -> Self {
        Self {
            kind: &resource.resource_type,
            id: &resource.resource_id,
            properties: &resource.properties,
        }
    }
}
