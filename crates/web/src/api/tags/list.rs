//! List tags.

use portcullis_model::world::contains;

use crate::api::{
    extract::{Answer, Read},
    input::query,
    list::{Page, Paging},
    wire::TagRow,
};

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
    let world = &*read.world;
    let q = filter.q.as_deref().unwrap_or_default();
    let tags = world.tags_after(paging.place()).filter(|tag| {
        filter.enabled.is_none_or(|enabled| enabled == tag.enabled)
            && (contains(&tag.name, q) || contains(&tag.description, q))
    });
    let all = (filter.q.is_none() && filter.enabled.is_none()).then(|| world.tag_count());
    read.answer(&paging.take(tags, all, |tag| tag.name.to_string(), TagRow::of))
}
