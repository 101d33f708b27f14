//! What this program is.

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    extract::{Answer, Read},
    wire::Time,
};
use crate::Access;

/// What this program is, and how much it holds.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct About {
    name: &'static str,
    version: &'static str,
    /// The database: `SQLite` or `PostgreSQL`.
    engine: &'static str,
    /// How people and programs prove who they are: `demo` or `tokens`.
    access: &'static str,
    /// Now.
    now: Time,
    /// The end of the log.
    position: u64,
    users: usize,
    groups: usize,
    apps: usize,
    tags: usize,
    memberships: usize,
}

/// About this program
#[utoipa::path(get, path = "/about", tag = "about", responses((status = 200, body = About)))]
pub(crate) async fn about(read: Read) -> Answer {
    let world = &*read.world;
    read.answer(&About {
        name: "Portcullis",
        version: env!("CARGO_PKG_VERSION"),
        engine: read.web.app().store().engine().name(),
        access: match read.web.authenticator().access() {
            Access::Demo(_) => "demo",
            Access::Tokens(_) => "tokens",
        },
        now: Time(read.now),
        position: world.position().0,
        users: world.user_count(),
        groups: world.group_count(),
        apps: world.app_count(),
        tags: world.tag_count(),
        memberships: world.membership_count(),
    })
}
