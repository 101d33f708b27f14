//! List users.

use portcullis_model::{
    User,
    world::query::{Order, Query, Sort, UserBy, UserQuery},
};

use super::wire::{UserKindBody, UserRow};
use crate::api::{Answer, Finds, Key, Page, Paging, Read, choice, list::OrderBody, query};

query! {
    /// Which users.
    pub(crate) struct Filter {
        /// Text in the login, name or e-mail address.
        q: Option<String>,
        /// Persons or services only.
        kind: Option<UserKindBody>,
        /// Those who report to this user.
        manager: Option<Key<User>>,
        /// What they are sorted by: `login` if not given. Those who are equal go by login.
        sort: Option<UsersBy>,
        /// Which way; `asc` if not given.
        order: Option<OrderBody>,
    }
}

choice! {
    /// What users are sorted by.
    pub(crate) enum UsersBy {
        /// What they sign in as.
        Login = "login",
        /// As people call them.
        Name = "name",
        /// In how many groups they are.
        Groups = "groups",
    }
}

/// List users
///
/// By login, or as `sort` and `order` say.
#[utoipa::path(get, path = "/users", tag = "users", params(Filter, Paging), responses((status = 200, body = Page<UserRow>)))]
pub(crate) async fn list_users(read: Read<(Filter, Paging)>) -> Answer {
    let (filter, paging) = &read.query;
    let order = filter.order.map_or(Order::Asc, Order::from);
    let by = match filter.sort {
        Some(UsersBy::Name) => UserBy::Name,
        Some(UsersBy::Groups) => UserBy::Groups,
        Some(UsersBy::Login) | None => UserBy::Login,
    };
    let ties = order;
    let query = UserQuery {
        q: filter.q.as_deref().unwrap_or_default(),
        kind: filter.kind.map(Into::into),
        manager: read.maybe(&filter.manager)?.map(|manager| manager.id),
        sort: Sort { by, order, ties },
    };
    let page = query.page(&read.world, read.now, &paging.part());
    read.answer(&Page::of(page, |user| UserRow::of(&read.world, user)))
}
