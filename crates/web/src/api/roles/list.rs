//! List roles.

use portcullis_model::{
    Tag, User,
    world::query::{GroupQuery, Query},
};

use crate::api::{
    Answer, Finds, Key, Page, Paging, Read,
    groups::{
        list::{GroupsBy, sort},
        wire::GroupRow,
    },
    list::OrderBody,
    query,
};

query! {
    /// Which roles.
    pub(crate) struct Filter {
        /// Text in the name or description.
        q: Option<String>,
        /// Roles with this tag: its id or name.
        tag: Option<Key<Tag>>,
        /// Roles this user owns: an id, a login or `@me`.
        owner: Option<Key<User>>,
        /// What they are sorted by: `name` if not given. Those that are equal go by name.
        sort: Option<GroupsBy>,
        /// Which way; `asc` if not given.
        order: Option<OrderBody>,
    }
}

/// List roles
///
/// The groups of kind `role`, by name or as `sort` and `order` say.
#[utoipa::path(get, path = "/roles", tag = "roles", params(Filter, Paging), responses((status = 200, body = Page<GroupRow>)))]
pub(crate) async fn list_roles(read: Read<(Filter, Paging)>) -> Answer {
    let (filter, paging) = &read.query;
    let query = GroupQuery {
        q: filter.q.as_deref().unwrap_or_default(),
        role: Some(true),
        tag: read.maybe(&filter.tag)?.map(|tag| tag.id),
        owner: read.maybe(&filter.owner)?.map(|owner| owner.id),
        sort: sort(filter.sort, filter.order),
        ..GroupQuery::default()
    };
    let page = query.page(&read.world, read.now, &paging.part());
    read.answer(&Page::of(page, |group| GroupRow::of(&read.world, group)))
}
