//! Get a registered resource.

use portcullis_model::Resource;

use super::wire::ResourceRow;
use crate::api::{Answer, Of, Read};

/// Get a registered resource
#[utoipa::path(get, path = "/resources/{type}/{id}", tag = "resources", responses((status = 200, body = ResourceRow)))]
pub(crate) async fn get_resource(resource: Of<Resource>, read: Read) -> Answer {
    read.answer(&ResourceRow::of(&resource))
}
