//! What answers here, and who asks.

use portcullis_model::User;

use super::{
    Finds, Key,
    extract::{Answer, Read},
    list::{Paging, Window},
    row,
    users::UserDetail,
    wire::{GroupRef, Time},
};
use crate::Access;

row! {
    /// What this program is, and how much it holds.
    pub(crate) struct About of(read: &Read) where {
        let world = &*read.world;
    } {
        name: &'static str = "Portcullis",
        version: &'static str = env!("CARGO_PKG_VERSION"),
        /// The database: `SQLite` or `PostgreSQL`.
        engine: &'static str = read.web.app().store().engine().name(),
        /// How people and programs prove who they are: `demo`, `tokens` or `sign_in`.
        access: &'static str = match read.web.authenticator().access() {
            Access::Demo(_) => "demo",
            Access::Ways(_) if read.web.providers().is_empty() => "tokens",
            Access::Ways(_) => "sign_in",
        },
        /// Now.
        now: Time = Time(read.now),
        /// The end of the log.
        position: u64 = world.position().0,
        users: usize = world.user_count(),
        groups: usize = world.group_count(),
        apps: usize = world.app_count(),
        tags: usize = world.tag_count(),
        memberships: usize = world.membership_count(),
    }
}

/// About this program
#[utoipa::path(get, path = "/about", tag = "about", responses((status = 200, body = About)))]
pub(crate) async fn about(read: Read) -> Answer {
    read.answer(&About::of(&read))
}

row! {
    /// Who asks, what they have and what waits for them.
    pub(crate) struct Me<'w> of(
        read: &'w Read<Paging>,
        user: &'w User,
        window: &mut Window,
    ) where {
        let (world, now) = (&*read.world, read.now);
        let mut owned: Vec<_> = world.owned_with_apps(user.id, now).collect();
        owned.sort_by_key(|group| &group.name);
    } {
        /// The groups they own, and those of the apps they own.
        owns: Vec<GroupRef<'w>> = window.of(&owned, |group| GroupRef::of(world, group)),
        owns_count: usize = owned.len(),
        #[serde(flatten)]
        user: UserDetail<'w> = UserDetail::of(read.web.decider(), world, user, now, window),
        /// How many requests wait for them to decide.
        requests_for_me: usize = world.waits_for(user.id, now).len(),
        /// How many requests of theirs wait.
        my_pending_requests: usize =
            world.requests().filter(|r| r.requester == user.id).count(),
    }
}

/// Who you are
///
/// What you have, what you own, and what waits for you.
#[utoipa::path(get, path = "/me", tag = "users", params(Paging), responses((status = 200, body = Me)))]
pub(crate) async fn me(read: Read<Paging>) -> Answer {
    let user = read.one(&Key::<User>::new("@me".into()))?;
    read.answer(&Me::of(&read, user, &mut read.query.window()?))
}
