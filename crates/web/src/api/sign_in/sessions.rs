//! Sessions: where people are signed in.

use std::collections::HashMap;

use portcullis_app::{
    session::{EndSessions, Which},
    token::RevokeCredential,
};
use portcullis_model::{Change, ConnectorId, Credential, Id, Session, User};
use portcullis_store::CredentialUse;

use super::{UseRow, sees};
use crate::api::{
    Act, Answer, Of, Page, Paging, Read, row,
    wire::{Deleted, IdBody, Rows, Time, Until},
};

row! {
    /// Where somebody is signed in.
    pub(crate) struct SessionRow<'w> of(session: &'w Credential, used: Option<&'w CredentialUse>) where {
        let how = session.session();
    } {
        id: IdBody = session.id.into(),
        /// The identity provider; null where a link signed in.
        provider: Option<&'w str> =
            how.and_then(|how| how.provider.as_ref()).map(ConnectorId::as_str),
        since: Time = Time(session.validity.from),
        /// When the user last proved who they are; null where the provider does not say.
        proved: Option<Time> = how.and_then(Session::proved).map(Time),
        until: Until = Until(session.validity.until),
        /// When it was last used; null where it never was.
        used: Option<UseRow<'w>> = used.map(UseRow::of),
    }
}

/// List a user's sessions
///
/// Where they are signed in, the latest first. Only the user and admins see them.
#[utoipa::path(get, path = "/users/{user}/sessions", tag = "sign-in", params(Paging), responses((status = 200, body = Page<SessionRow>)))]
pub(crate) async fn list_sessions(user: Of<User>, read: Read<Paging>) -> Answer {
    sees(&read, user.id)?;
    let all = read.world.sessions_of(user.id);
    let all: Vec<_> = all.filter(|it| it.validity.contains(read.now)).collect();
    // Ids ascend with time.
    let place = |it: &&Credential| format!("{:032x}", u128::MAX - it.id.uuid().as_u128());
    let mut all = all;
    all.sort_by_cached_key(place);
    let page = read.query.part().of(all, place);
    let ids: Vec<_> = page.rows.iter().map(|it| it.id).collect();
    let uses: HashMap<Id<Credential>, CredentialUse> = read.web.uses_of(&ids).await?;
    read.answer(&Page::of(page, |it| SessionRow::of(it, uses.get(&it.id))))
}

/// End a session
#[utoipa::path(delete, path = "/users/{user}/sessions/{session}", tag = "sign-in", responses((status = 200, body = Deleted)))]
pub(crate) async fn end_session(session: Of<Credential>, act: Act) -> Answer {
    let name = session.label();
    act.delete(session.id, &name, RevokeCredential(session.id))
        .await
}

/// Sign a user out everywhere
///
/// But for the session that asks, where one does.
#[utoipa::path(delete, path = "/users/{user}/sessions", tag = "sign-in", responses((status = 200, body = Rows<IdBody>)))]
pub(crate) async fn end_sessions(user: Of<User>, act: Act) -> Answer {
    let end = EndSessions(Which::AllOf(user.id, act.viewer.proof.session()));
    act.run(end, |done| {
        let ended = done
            .change
            .changes
            .iter()
            .filter_map(|change| match change {
                Change::Credential(edit) => edit.id().map(IdBody::from),
                _ => None,
            });
        done.answer(&Rows::of(ended))
    })
    .await
}
