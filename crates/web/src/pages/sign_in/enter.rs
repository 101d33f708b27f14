//! What every way in comes to: a session, its cookie, and where one goes then.

use axum::{
    extract::FromRequestParts as _,
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Redirect, Response},
};
use portcullis_app::{Operation, secret::Secret, session::NewSession};
use portcullis_model::{Actor, SystemActor};

use crate::{
    Web,
    auth::{Authenticated, Channel, channel, client, is_local},
    error::Failure,
    limits::Step,
};

/// Where somebody goes after signing in: a place on this site.
pub(super) fn onward(next: Option<&str>) -> &str {
    // It goes into a cookie, and browsers keep none that is longer than 4 kB.
    let fits = |next: &&str| is_local(next) && next.len() <= 1_500;
    next.filter(fits).unwrap_or("/")
}

/// Counts a step of signing in or out.
pub(super) fn counted(web: &Web, parts: &Parts, step: Step) -> Result<(), Failure> {
    web.rates().sign_in(client(parts, web.proxies()), step)
}

/// How a browser comes that signs in, which is counted.
pub(super) fn arrives(web: &Web, parts: &Parts, step: Step) -> Result<Channel, Failure> {
    let channel = channel(parts, web.public_url()).ok_or_else(insecure)?;
    counted(web, parts, step)?;
    Ok(channel)
}

/// Lets a browser in by `operation`, which is made with the session that begins, and sends it on.
pub(super) async fn enter<O: Operation + 'static>(
    web: &Web,
    channel: Channel,
    parts: &mut Parts,
    operation: impl FnOnce(NewSession) -> O,
    next: &str,
) -> Result<Response, Failure> {
    let ways = web.authenticator().access().ways();
    let longest = ways.map(|ways| ways.sessions.longest).unwrap_or_default();
    // Whatever session the browser came with ends.
    let before = Authenticated::from_request_parts(parts, web).await;
    let instead_of = before.ok().and_then(|known| known.proof.session());
    let secret = Secret::new("");
    let context = web.app().context(Actor::System(SystemActor::SignIn));
    let session = NewSession {
        digest: secret.digest(),
        until: context.now.plus_seconds(longest),
        instead_of,
    };
    let committed = web.app().commit(context, operation(session), None).await?;
    tracing::info!(position = committed.position.0, "signed in");
    let mut response = Redirect::to(next).into_response();
    set_cookie(&mut response, &channel.begin(secret.reveal()))?;
    Ok(response)
}

pub(super) fn set_cookie(response: &mut Response, cookie: &str) -> Result<(), Failure> {
    let mut value = HeaderValue::from_str(cookie)
        .map_err(|_| Failure::Internal("a cookie holds what none may".into()))?;
    value.set_sensitive(true);
    response.headers_mut().append(header::SET_COOKIE, value);
    Ok(())
}

/// That this address is none to sign in at.
pub(super) fn insecure() -> Failure {
    Failure::Http(
        StatusCode::BAD_REQUEST,
        "signing in needs `https`: ask for the address this server is known by, or, whoever runs it, set \
         `public_url` to it"
            .into(),
    )
}
