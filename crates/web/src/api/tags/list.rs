//! List tags.

use portcullis_model::world::query::{Order, Query, TagQuery};

use super::wire::TagRow;
use crate::api::{Answer, Page, Paging, Read, query};

query! {
    /// Which tags.
    pub(crate) struct Filter {
        /// Text in the name or description.
        q: Option<String>,
        /// Enabled or disabled tags only.
        enabled: Option<bool>,
    }
}

/// List tags
///
/// By name.
#[utoipa::path(get, path = "/tags", tag = "tags", params(Filter, Paging), responses((status = 200, body = Page<TagRow>)))]
pub(crate) async fn list_tags(read: Read<(Filter, Paging)>) -> Answer {
    let (filter, paging) = &read.query;
    let query = TagQuery {
        q: filter.q.as_deref().unwrap_or_default(),
        enabled: filter.enabled,
        order: Order::Asc,
    };
    let page = query.page(&read.world, read.now, &paging.part());
    read.answer(&Page::of(page, TagRow::of))
}
