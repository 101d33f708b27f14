//! Who has a permission.

use portcullis_model::{
    name::{Environment, PermissionName},
    world::contains,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{
    Answer, Page, Paging, Read, query,
    wire::{Person, Until},
};

query! {
    /// Which permission, where.
    pub(crate) struct Which {
        /// The permission.
        permission: Needed<PermissionName>,
        /// Where; anywhere if not given.
        environment: Option<Environment>,
        /// Text in the login or name.
        q: Option<String>,
    }
}

/// Somebody who has it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Holder<'w> {
    user: Person<'w>,
    /// The latest end over all ways.
    until: Until,
}

/// Who can
///
/// Everybody who may use the permission, by login: those in groups that confer it and whom no rule
/// denies it, and those whom a rule allows it.
#[utoipa::path(get, path = "/who-can", tag = "questions", params(Which, Paging), responses((status = 200, body = Page<Holder>)))]
pub(crate) async fn who_can(read: Read<(Which, Paging)>) -> Answer {
    let (which, paging) = &read.query;
    let environment = which.environment.as_deref();
    let decider = read.web.decider();
    let mut holders = decider.who_may(&read.world, &which.permission, environment, read.now);
    if let Some(q) = &which.q {
        holders.retain(|holder| contains(&holder.user.login, q) || contains(&holder.user.name, q));
    }
    let page = paging
        .part()
        .of(holders, |holder| holder.user.login.to_string());
    read.answer(&Page::of(page, |holder| Holder {
        user: Person::of(holder.user),
        until: Until(holder.until),
    }))
}
