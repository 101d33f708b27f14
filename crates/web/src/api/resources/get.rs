//! Get a registered resource.

use super::{ResourceRow, found};
use crate::api::extract::{Answer, Key, Read};

/// Get a registered resource
#[utoipa::path(get, path = "/resources/{type}/{id}", tag = "resources", responses((status = 200, body = ResourceRow)))]
pub(crate) async fn get_resource(Key(key): Key<(String, String)>, read: Read) -> Answer {
    read.answer(&ResourceRow::of(found(&read.world, &key)?))
}
