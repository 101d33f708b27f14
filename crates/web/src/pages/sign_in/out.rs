//! Signing out, here and at the identity provider.

use axum::{
    extract::{FromRequest as _, FromRequestParts as _, Request},
    http::{StatusCode, request::Parts},
    response::{IntoResponse as _, Redirect},
};
use portcullis_app::token::RevokeCredential;

use super::{
    enter::{counted, set_cookie},
    show::{bare, drawn},
};
use crate::{
    auth::{Authenticated, base, channel},
    limits::Step,
    pages::{fields::Submission, frame::pair, prelude::*},
};

/// Ends the session this comes by.
pub(super) async fn sign_out(
    State(web): State<Web>,
    request: Request,
) -> Result<Response, Failure> {
    let sent = match Submission::from_request(request, &web).await {
        Ok(sent) => sent,
        // Whoever is signed out already is where they want to be.
        Err(Failure::Unauthenticated) => return Ok(Redirect::to("/signed-out").into_response()),
        Err(failure) => return Err(failure),
    };
    let viewer = &sent.page.viewer;
    let ended = viewer
        .proof
        .session()
        .and_then(|id| viewer.world.credential(id));
    let provider = ended.and_then(|it| it.session()?.provider);
    if let Some(ended) = ended {
        let end = RevokeCredential(ended.id);
        web.app().commit(viewer.context.clone(), end, None).await?;
    }
    let by = provider.map_or_else(String::new, |provider| provider.to_string());
    Ok(Redirect::to(&address("/signed-out", &[("by", &by)])).into_response())
}

pub(super) async fn show(State(web): State<Web>, mut parts: Parts) -> Result<Response, Failure> {
    if Authenticated::from_request_parts(&mut parts, &web)
        .await
        .is_ok()
    {
        return Ok(Redirect::to("/").into_response());
    }
    let query = parts.uri.query().unwrap_or_default();
    let by = pair(query, "by").unwrap_or_default();
    let provider = web.provider(&by);
    if provider.is_some() {
        counted(&web, &parts, Step::Begin)?;
    }
    let there = match (provider, base(&parts, web.public_url())) {
        (Some(provider), Some(base)) => {
            let ended = provider.oidc.end_session(&format!("{base}/sign-in")).await;
            ended.ok().flatten().map(|href| (provider, href))
        }
        _ => None,
    };
    let mut response = match there {
        Some((provider, href)) => render(&SignedOut {
            page: ui::Bare(bare(&web)),
            provider: provider.title.clone(),
            href,
        })?,
        None => drawn(
            &web,
            StatusCode::OK,
            "You are signed out",
            String::new(),
            "/",
        )?,
    };
    if let Some(channel) = channel(&parts, web.public_url()) {
        set_cookie(&mut response, &channel.end())?;
    }
    Ok(response)
}

#[derive(Template)]
#[template(path = "sign_in/out.html")]
struct SignedOut {
    page: ui::Bare,
    provider: String,
    href: String,
}
