//! List registered resources.

use portcullis_model::Resource;

use super::wire::ResourceRow;
use crate::api::{Answer, Page, Paging, Read, query};

query! {
    /// Which resources.
    pub(crate) struct Filter {
        /// Those of this type only.
        kind = "type": Option<String>,
    }
}

/// List registered resources
///
/// By type and id.
#[utoipa::path(get, path = "/resources", tag = "resources", params(Filter, Paging), responses((status = 200, body = Page<ResourceRow>)))]
pub(crate) async fn list_resources(read: Read<(Filter, Paging)>) -> Answer {
    let (filter, paging) = &read.query;
    let (world, part) = (&*read.world, paging.part());
    let page = match &filter.kind {
        Some(kind) => {
            let rows = world.resources_of_type(kind, part.after);
            part.take(rows, None, |resource| resource.resource_id.to_string())
        }
        None => {
            let place = |resource: &&Resource| {
                format!("{}\0{}", resource.resource_type, resource.resource_id)
            };
            let passed =
                |row: &&Resource| part.after.is_some_and(|after| place(row).as_str() <= after);
            part.take(world.resources().skip_while(passed), None, place)
        }
    };
    read.answer(&Page::of(page, ResourceRow::of))
}
