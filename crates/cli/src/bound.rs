//! Whom the configuration names: by id, or by a login that is bound to an id when it is first seen.

use anyhow::Result;
use portcullis_model::{Id, User, World};
use portcullis_store::Store;

use crate::failure::or_meant;

/// Whether a login that was not seen before is bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum First {
    /// It is: the program acts by the configuration from now on.
    Bind,
    /// It is only looked at.
    Look,
}

/// Why a login of the configuration means nobody.
#[derive(Debug)]
pub(crate) enum Unbound {
    /// Nobody is called so.
    Unknown(String),
    /// It meant somebody else when it was first seen here.
    Moved(String),
}

/// Whom `key` means to `holder`, which is what stands in the configuration: an id, or a login that
/// means who had it when `holder` was first seen with it.
pub(crate) async fn user(
    (store, world): (&Store, &World),
    holder: &str,
    key: &str,
    first: First,
) -> Result<Result<Id<User>, Unbound>> {
    let Some(user) = world.named_user(key) else {
        let known = world.users().map(|user| user.login.as_str());
        let meant = match world.user_by_email(key) {
            Some(user) => format!("; write the login `{}`, not an address", user.login),
            None => or_meant(key, known, "create the user first, or leave them out"),
        };
        return Ok(Err(Unbound::Unknown(meant)));
    };
    if key.parse::<Id<User>>().is_ok() {
        return Ok(Ok(user.id));
    }
    let bound = match first {
        First::Bind => store.bind_user(holder, key, user.id).await?,
        First::Look => store.bound_user(holder, key).await?.unwrap_or(user.id),
    };
    if bound == user.id {
        return Ok(Ok(bound));
    }
    let was = world.user(bound).map_or_else(
        || "somebody who is deleted".to_owned(),
        |was| format!("who is `{}` now", was.login),
    );
    Ok(Err(Unbound::Moved(format!(
        "`{key}` meant {was} when it was first seen here, and is somebody else's login since; if they are meant, write their id, {}",
        user.id
    ))))
}
