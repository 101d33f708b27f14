//! What every way in comes to: a session, its cookie, and where one goes then.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};
use portcullis_app::{Operation, secret::Secret, session::NewSession};
use portcullis_model::{Actor, Credential, Id, SystemActor};

use crate::{
    Web,
    auth::{Channel, Proof, is_local},
    error::Failure,
};

/// Where somebody goes after signing in: a place on this site.
pub(super) fn onward(next: Option<&str>) -> &str {
    // It goes into a cookie, and browsers keep none that is longer than 4 kB.
    let fits = |next: &&str| is_local(next) && next.len() <= 1_500;
    next.filter(fits).unwrap_or("/")
}

/// Lets a browser in by `operation`, which is made with the session that begins, and sends it on.
pub(super) async fn enter<O: Operation + 'static>(
    web: &Web,
    channel: Channel,
    instead_of: Option<Id<Credential>>,
    operation: impl FnOnce(NewSession) -> O,
    next: &str,
) -> Result<Response, Failure> {
    let ways = web.authenticator().access().ways();
    let longest = ways.map(|ways| ways.sessions.longest).unwrap_or_default();
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

/// The session of a proof, if it is one.
pub(super) const fn session(proof: &Proof) -> Option<Id<Credential>> {
    match proof {
        Proof::Session(session) => Some(*session),
        Proof::Chosen(_) | Proof::Token(_) | Proof::Proxy | Proof::Persona => None,
    }
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
