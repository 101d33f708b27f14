//! List users.

use portcullis_model::world::contains;

use crate::api::{
    extract::{Answer, Read},
    input::query,
    list::{Page, Paging},
    wire::{UserRow, UserSort},
};

query! {
    /// Which users.
    pub(crate) struct Filter {
        /// Text in the login, name or e-mail address.
        q: Option<String>,
        /// Persons or services only.
        kind: Option<UserSort>,
        /// Those who report to this user.
        manager: Option<String>,
    }
}

/// List users
///
/// By login.
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
    let users = world.users_after(paging.place()).filter(|user| {
        filter.kind.is_none_or(|kind| kind == user.kind.into())
            && manager.is_none_or(|manager| user.manager == Some(manager.id))
            && (contains(&user.login, q)
                || contains(&user.name, q)
                || user
                    .email
                    .as_deref()
                    .is_some_and(|email| contains(email, q)))
    });
    let all = unfiltered.then(|| world.user_count());
    read.answer(&paging.take(
        users,
        all,
        |user| user.login.to_string(),
        |user| UserRow::of(world, user),
    ))
}
