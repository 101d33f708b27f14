//! Registered resources on the wire.

use portcullis_model::Resource;

use crate::api::{row, wire::Attributes};

row! {
    /// A registered resource.
    pub(crate) struct ResourceRow<'w> of(resource: &'w Resource) {
        /// Its type in requests.
        #[serde(rename = "type")]
        kind: &'w str = &resource.resource_type,
        /// Its id in that type.
        id: &'w str = &resource.resource_id,
        /// What is known of it; requests cannot override it.
        #[schema(value_type = Object)]
        properties: &'w Attributes = &resource.properties,
    }
}
