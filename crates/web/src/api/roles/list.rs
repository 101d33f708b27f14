//! List roles.

use crate::api::{
    extract::{Answer, Read},
    groups::list::{Filter as Groups, GroupsBy, page},
    input::query,
    list::{Order, Page, Paging},
    wire::{GroupKindBody, GroupRow},
};

query! {
    /// Which roles.
    pub(crate) struct Filter {
        /// Text in the name or description.
        q: Option<String>,
        /// Roles with this tag: its id or name.
        tag: Option<String>,
        /// Roles this user owns: an id, login, e-mail address or `@me`.
        owner: Option<String>,
        /// What they are sorted by: `name` if not given. Those that are equal go by name.
        sort: Option<GroupsBy>,
        /// Which way; `asc` if not given.
        order: Option<Order>,
    }
}

/// List roles
///
/// The groups of kind `role`, by name or as `sort` and `order` say.
#[utoipa::path(get, path = "/roles", tag = "roles", params(Filter, Paging), responses((status = 200, body = Page<GroupRow>)))]
pub(crate) async fn list_roles(read: Read<(Filter, Paging)>) -> Answer {
    let (filter, paging) = &read.query;
    let roles = Groups {
        q: filter.q.clone(),
        kind: Some(GroupKindBody::Role),
        app: None,
        tag: filter.tag.clone(),
        managed: None,
        owner: filter.owner.clone(),
        sort: filter.sort,
        order: filter.order,
    };
    page(&read, &roles, paging)
}
