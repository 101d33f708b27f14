//! Who users are at identity providers and in other systems.

use portcullis_app::identity::{LinkIdentity, UnlinkIdentity};
use portcullis_model::{ConnectorId, Edit, Identity, User};

use super::sees;
use crate::api::{
    Act, Answer, Of, Page, Paging, Read, Write, body, row,
    wire::{Deleted, IdBody},
};

row! {
    /// Who a user is elsewhere.
    pub(crate) struct IdentityRow<'w> of(identity: &'w Identity) {
        id: IdBody = identity.id.into(),
        /// The identity provider or source.
        provider: &'w str = identity.connector.as_str(),
        /// What they are called there, to the letter.
        subject: &'w str = &identity.external_id,
    }
}

/// List who a user is elsewhere
///
/// Only the user and admins see it.
#[utoipa::path(get, path = "/users/{user}/identities", tag = "sign-in", params(Paging), responses((status = 200, body = Page<IdentityRow>)))]
pub(crate) async fn list_identities(user: Of<User>, read: Read<Paging>) -> Answer {
    sees(&read, user.id)?;
    let mut all: Vec<_> = read.world.identities_of(user.id).collect();
    let place = |it: &&Identity| format!("{}\0{}", it.connector, it.external_id);
    all.sort_by_cached_key(place);
    let page = read.query.part().of(all, place);
    read.answer(&Page::of(page, IdentityRow::of))
}

body! {
    /// Who a user is elsewhere.
    pub(crate) struct NewIdentity {
        /// The identity provider or source.
        provider: ConnectorId,
        /// What they are called there, to the letter: an identity provider's claim `sub`.
        subject: String,
    }
}

/// Link a user to an account
///
/// Whoever proves that they are that account is this user. In person only.
#[utoipa::path(post, path = "/users/{user}/identities", tag = "sign-in", request_body = NewIdentity, responses((status = 201, body = IdentityRow)))]
pub(crate) async fn link_identity(
    user: Of<User>,
    Write { act, body }: Write<NewIdentity>,
) -> Answer {
    // Whoever is linked signs in, and goes on when the token is revoked.
    act.in_person()?;
    let operation = LinkIdentity {
        user: user.id,
        connector: body.provider,
        external_id: body.subject,
    };
    act.make(operation, |done| {
        let mut edits = done.change.edits::<Identity>();
        let made = edits.find(|edit| edit.before.is_none());
        let made = made
            .and_then(Edit::id)
            .and_then(|id| done.world.identity(id));
        done.secret(made.map(IdentityRow::of))
    })
    .await
}

/// Unlink a user from an account
///
/// Sessions that began by it end.
#[utoipa::path(delete, path = "/users/{user}/identities/{identity}", tag = "sign-in", responses((status = 200, body = Deleted)))]
pub(crate) async fn unlink_identity(identity: Of<Identity>, act: Act) -> Answer {
    let name = format!("{} {}", identity.connector, identity.external_id);
    act.delete(identity.id, &name, UnlinkIdentity(identity.id))
        .await
}
