//! Who asks.

use portcullis_model::User;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    extract::{Answer, Read},
    users::wire::UserDetail,
    wire::GroupRef,
};
use crate::api::{Finds, Key};

/// Who asks, what they have and what waits for them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me<'w> {
    #[serde(flatten)]
    user: UserDetail<'w>,
    /// The groups they own.
    owns: Vec<GroupRef<'w>>,
    /// How many requests wait for them to decide.
    requests_for_me: usize,
    /// How many requests of theirs wait.
    my_pending_requests: usize,
}

/// Who you are
///
/// What you have, what you own, and what waits for you.
#[utoipa::path(get, path = "/me", tag = "users", responses((status = 200, body = Me)))]
pub(crate) async fn me(read: Read) -> Answer {
    let (world, now) = (&*read.world, read.now);
    let user = read.one(&Key::<User>::new("@me".into()))?;
    let mut owned: Vec<_> = world.owned_by(user.id, now).collect();
    owned.sort_by_key(|group| &group.name);
    read.answer(&Me {
        user: UserDetail::of(read.web.decider(), world, user, now),
        owns: owned
            .into_iter()
            .map(|group| GroupRef::of(world, group))
            .collect(),
        requests_for_me: world.waits_for(user.id, now).len(),
        my_pending_requests: world.requests().filter(|r| r.requester == user.id).count(),
    })
}
