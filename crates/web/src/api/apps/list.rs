//! List apps.

use portcullis_model::world::contains;

use crate::api::{
    extract::{self, Answer, Read},
    input::query,
    list::{Page, Paging},
    wire::AppRow,
};

query! {
    /// Which apps.
    pub(crate) struct Filter {
        /// Text in the name or description.
        q: Option<String>,
        /// Apps with this tag: its id or name.
        tag: Option<String>,
    }
}

/// List apps
///
/// By name.
#[utoipa::path(get, path = "/apps", tag = "apps", params(Filter, Paging), responses((status = 200, body = Page<AppRow>)))]
pub(crate) async fn list_apps(read: Read<(Filter, Paging)>) -> Answer {
    let (filter, paging) = &read.query;
    let world = &*read.world;
    let tag = filter
        .tag
        .as_deref()
        .map(|key| extract::tag(world, key))
        .transpose()?;
    let q = filter.q.as_deref().unwrap_or_default();
    let apps = world.apps_after(paging.place()).filter(|app| {
        tag.is_none_or(|tag| app.tags.contains(&tag.id))
            && (contains(&app.name, q) || contains(&app.description, q))
    });
    let all = (filter.q.is_none() && tag.is_none()).then(|| world.app_count());
    read.answer(&paging.take(
        apps,
        all,
        |app| app.name.to_string(),
        |app| AppRow::of(world, app),
    ))
}
