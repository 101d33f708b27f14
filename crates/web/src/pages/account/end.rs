//! Sessions and tokens ended, accounts unlinked.

use axum::response::{IntoResponse as _, Redirect};
use portcullis_app::{
    identity::UnlinkIdentity,
    session::{EndSessions, Which},
    token::RevokeCredential,
};
use portcullis_model::{Id, Identity, Noun, Refusal};

use super::whose::{address, named, user_of};
use crate::pages::{
    fields::Submission,
    prelude::{Failure, Response, State, Web},
};

pub(super) async fn one(State(web): State<Web>, sent: Submission) -> Result<Response, Failure> {
    let viewer = &sent.page.viewer;
    let credential = named(&sent.page)?;
    let (id, user) = (credential.id, credential.user);
    let context = viewer.context.clone();
    web.app()
        .commit(context, RevokeCredential(id), None)
        .await?;
    Ok(Redirect::to(&address(&sent.page, user)).into_response())
}

/// Everywhere but in this browser.
pub(super) async fn everywhere(
    State(web): State<Web>,
    sent: Submission,
) -> Result<Response, Failure> {
    let viewer = &sent.page.viewer;
    let user = user_of(&sent)?;
    let end = EndSessions(Which::AllOf(user, viewer.proof.session()));
    web.app().commit(viewer.context.clone(), end, None).await?;
    Ok(Redirect::to(&address(&sent.page, user)).into_response())
}

pub(super) async fn unlink(State(web): State<Web>, sent: Submission) -> Result<Response, Failure> {
    let viewer = &sent.page.viewer;
    let key = sent.page.param("id");
    let id: Option<Id<Identity>> = key.parse().ok();
    let identity = id.and_then(|id| viewer.world.identity(id));
    let identity = identity.ok_or_else(|| Refusal::not_found(Noun::Identity, key))?;
    let user = identity.user;
    let end = UnlinkIdentity(identity.id);
    web.app().commit(viewer.context.clone(), end, None).await?;
    Ok(Redirect::to(&address(&sent.page, user)).into_response())
}
