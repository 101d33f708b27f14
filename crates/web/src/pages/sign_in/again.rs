//! Signing in again, because an act needs that somebody has just proved who they are.

use axum::{
    extract::FromRequestParts as _,
    http::{StatusCode, request::Parts},
};
use portcullis_connect::oidc::Ask;

use super::{
    enter::{arrives, onward},
    intent::Intent,
    leave::leave,
    show::drawn,
};
use crate::{
    auth::Viewer,
    limits::Step,
    pages::{frame::pair, prelude::*},
};

pub(super) async fn begin(State(web): State<Web>, mut parts: Parts) -> Result<Response, Failure> {
    let viewer = Viewer::from_request_parts(&mut parts, &web).await?;
    let channel = arrives(&web, &parts, Step::Begin)?;
    let next = pair(parts.uri.query().unwrap_or_default(), "next");
    let next = onward(next.as_deref()).to_owned();
    let session = viewer.proof.session();
    let session = session.and_then(|id| viewer.world.credential(id)?.session());
    let asked = session.zip(web.step_up().filter(|it| !it.acts.is_empty()));
    let Some((session, step_up)) = asked else {
        let trouble =
            "Here it is not asked for that you sign in again, or you did not sign in here.";
        return drawn(
            &web,
            StatusCode::BAD_REQUEST,
            "Nothing to do",
            trouble.into(),
            &next,
        );
    };
    // Whoever came by a link goes by what they are linked to.
    let linked = || {
        let mut identities = viewer.world.identities_of(viewer.id);
        identities.find_map(|it| web.provider(it.connector.as_str()))
    };
    let began = session
        .provider
        .and_then(|name| web.provider(name.as_str()));
    let Some(provider) = began.or_else(linked) else {
        let trouble =
            "You signed in by a link, and no identity provider here knows you. Ask for a new link.";
        return drawn(
            &web,
            StatusCode::FORBIDDEN,
            "You have to sign in again",
            trouble.into(),
            &next,
        );
    };
    let ask = Ask {
        max_age: Some(u64::try_from(step_up.max_age).unwrap_or_default()),
        // How they proved it is another way than before: the provider must not take the one before for it.
        anew: !step_up.acr_values.is_empty(),
        acr_values: step_up.acr_values.clone(),
        ..Ask::default()
    };
    let intent = Intent::Again { user: viewer.id };
    leave(&web, &parts, channel, &provider, &ask, next, intent).await
}
