//! List apps.

use portcullis_model::{
    Tag,
    world::query::{AppQuery, Order, Query},
};

use super::wire::AppRow;
use crate::api::{Answer, Finds, Key, Page, Paging, Read, query};

query! {
    /// Which apps.
    pub(crate) struct Filter {
        /// Text in the name or description.
        q: Option<String>,
        /// Apps with this tag: its id or name.
        tag: Option<Key<Tag>>,
    }
}

/// List apps
///
/// By name.
#[utoipa::path(get, path = "/apps", tag = "apps", params(Filter, Paging), responses((status = 200, body = Page<AppRow>)))]
pub(crate) async fn list_apps(read: Read<(Filter, Paging)>) -> Answer {
    let (filter, paging) = &read.query;
    let query = AppQuery {
        q: filter.q.as_deref().unwrap_or_default(),
        tag: read.maybe(&filter.tag)?.map(|tag| tag.id),
        order: Order::Asc,
    };
    let page = query.page(&read.world, read.now, &paging.part());
    read.answer(&Page::of(page, |app| AppRow::of(&read.world, app)))
}
