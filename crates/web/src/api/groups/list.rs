//! List groups, roles and app groups.

use portcullis_model::{
    App, Tag, User,
    world::query::{GroupBy, GroupQuery, Order, Query, Sort},
};

use super::wire::GroupRow;
use crate::api::{
    Answer, Finds, Key, Page, Paging, Read, choice, list::OrderBody, query, wire::GroupKindBody,
};

query! {
    /// Which groups.
    pub(crate) struct Filter {
        /// Text in the name or description.
        q: Option<String>,
        /// Plain groups, roles or app groups only.
        kind: Option<GroupKindBody>,
        /// Groups of this app only: its id or name.
        app: Option<Key<App>>,
        /// Groups with this tag in force, their own or their app's: its id or name.
        tag: Option<Key<Tag>>,
        /// Whether Portcullis is the authority over them.
        managed: Option<bool>,
        /// Groups this user owns, directly or through a role: an id, a login or `@me`.
        owner: Option<Key<User>>,
        /// What they are sorted by: `name` if not given. Those that are equal go by name.
        sort: Option<GroupsBy>,
        /// Which way; `asc` if not given.
        order: Option<OrderBody>,
    }
}

choice! {
    /// What groups are sorted by.
    pub(crate) enum GroupsBy {
        /// What they are called.
        Name = "name",
        /// How many are members, directly or through roles.
        Members = "members",
        /// How many are owners, directly or through roles.
        Owners = "owners",
    }
}

/// How groups are sorted.
pub(crate) fn sort(by: Option<GroupsBy>, order: Option<OrderBody>) -> Sort<GroupBy> {
    let order = order.map_or(Order::Asc, Order::from);
    let by = match by {
        Some(GroupsBy::Members) => GroupBy::Members,
        Some(GroupsBy::Owners) => GroupBy::Owners,
        Some(GroupsBy::Name) | None => GroupBy::Name,
    };
    let ties = order;
    Sort { by, order, ties }
}

/// List groups, roles and app groups
///
/// By name, or as `sort` and `order` say.
#[utoipa::path(get, path = "/groups", tag = "groups", params(Filter, Paging), responses((status = 200, body = Page<GroupRow>)))]
pub(crate) async fn list_groups(read: Read<(Filter, Paging)>) -> Answer {
    let (filter, paging) = &read.query;
    let kind = filter.kind;
    let query = GroupQuery {
        q: filter.q.as_deref().unwrap_or_default(),
        role: kind.map(|kind| kind == GroupKindBody::Role),
        of_app: kind.map(|kind| kind == GroupKindBody::App),
        app: read.maybe(&filter.app)?.map(|app| app.id),
        tag: read.maybe(&filter.tag)?.map(|tag| tag.id),
        managed: filter.managed,
        owner: read.maybe(&filter.owner)?.map(|owner| owner.id),
        sort: sort(filter.sort, filter.order),
    };
    let page = query.page(&read.world, read.now, &paging.part());
    read.answer(&Page::of(page, |group| GroupRow::of(&read.world, group)))
}
