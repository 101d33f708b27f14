//! List users.

use portcullis_model::{User, name, world::contains};

use crate::api::{
    extract::{Answer, Read},
    input::{choice, query},
    list::{self, Order, Page, Paging},
    wire::{UserKindBody, UserRow},
};

query! {
    /// Which users.
    pub(crate) struct Filter {
        /// Text in the login, name or e-mail address.
        q: Option<String>,
        /// Persons or services only.
        kind: Option<UserKindBody>,
        /// Those who report to this user.
        manager: Option<String>,
        /// What they are sorted by: `login` if not given. Those who are equal go by login.
        sort: Option<UsersBy>,
        /// Which way; `asc` if not given.
        order: Option<Order>,
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
    let world = &read.world;
    let manager = filter
        .manager
        .as_deref()
        .map(|key| read.user(key))
        .transpose()?;
    let unfiltered = filter.q.is_none() && filter.kind.is_none() && manager.is_none();
    let q = filter.q.as_deref().unwrap_or_default();
    let passes = |user: &&User| {
        filter.kind.is_none_or(|kind| kind == user.kind.into())
            && manager.is_none_or(|manager| user.manager == Some(manager.id))
            && (contains(&user.login, q)
                || contains(&user.name, q)
                || user
                    .email
                    .as_deref()
                    .is_some_and(|email| contains(email, q)))
    };
    let by = filter.sort.unwrap_or(UsersBy::Login);
    let order = filter.order.unwrap_or(Order::Asc);
    if (by, order) != (UsersBy::Login, Order::Asc) {
        let place = |user: &User| {
            let login = name::key(&user.login);
            match by {
                UsersBy::Login => login,
                UsersBy::Name => list::place(&name::key(&user.name), &login),
                UsersBy::Groups => list::count(world.groups_of(user.id, read.now).count(), &login),
            }
        };
        let rows = world.users().filter(passes);
        let rows = rows.map(|user| (place(user), user)).collect();
        return read.answer(&paging.sorted(rows, order, |user| UserRow::of(world, user)));
    }
    let users = world.users_after(paging.place()).filter(passes);
    let all = unfiltered.then(|| world.user_count());
    read.answer(&paging.take(
        users,
        all,
        |user| user.login.to_string(),
        |user| UserRow::of(world, user),
    ))
}
