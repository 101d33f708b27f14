//! How users sign in: tokens, sessions, accounts elsewhere, and links. Only the user and admins see
//! them, and no answer but the one that makes a secret has it.

pub(super) mod identities;
pub(super) mod links;
pub(super) mod sessions;
pub(super) mod tokens;

use portcullis_model::{Action, Credential, Id, Identity, Noun, Refusal, Target, User, may};
use portcullis_store::CredentialUse;

use super::{Read, row, wire::Time};
use crate::{
    auth::Viewer,
    error::Failure,
    http::path::{InPath, Place},
};

row! {
    /// When something was last used, and from where.
    pub(crate) struct UseRow<'w> of(used: &'w CredentialUse) {
        at: Time = Time(used.at),
        /// An address.
        from: &'w str = &used.address,
        /// What it was used by, in its own words.
        agent: &'w str = &used.agent,
    }
}

/// Whether the viewer may see how `user` signs in.
fn sees<Q>(read: &Read<Q>, user: Id<User>) -> Result<(), Failure> {
    read.only_now("what proves who somebody is has no past")?;
    let Viewer { world, context, .. } = &read.viewer;
    Ok(may(
        world,
        context,
        Action::EndCredential,
        Target::User(user),
    )?)
}

/// One of the user in the path.
impl InPath for Credential {
    type Found = Self;

    async fn load(place: &Place) -> Result<Self, Failure> {
        let user = place.one::<User>()?;
        let (key, session) = match place.key("token") {
            Ok(key) => (key, false),
            Err(_) => (place.key("session")?, true),
        };
        let mut all = place.world().credentials_of(user.id);
        let meant = |it: &&Self| match session {
            true => it.session().is_some(),
            false => it.token().is_some(),
        };
        let found = all
            .find(|it| meant(it) && it.id.to_string() == key)
            .cloned();
        Ok(found.ok_or_else(|| Refusal::not_found(Noun::Credential, key))?)
    }
}

/// One of the user in the path.
impl InPath for Identity {
    type Found = Self;

    async fn load(place: &Place) -> Result<Self, Failure> {
        let (user, key) = (place.one::<User>()?, place.key("identity")?);
        let mut all = place.world().identities_of(user.id);
        let found = all.find(|it| it.id.to_string() == key).cloned();
        Ok(found.ok_or_else(|| Refusal::not_found(Noun::Identity, key))?)
    }
}
