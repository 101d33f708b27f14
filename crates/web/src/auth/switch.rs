//! The demo's persona switcher, which stands for sign-in on loopback only.

use axum::{
    Router,
    extract::{Form, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use portcullis_model::{Noun, Refusal};
use serde::Deserialize;

use super::{access::Access, chosen::Chosen, extract::Viewer};
use crate::{Web, error::Failure};

/// The routes of the switcher, where there is one.
pub fn routes(web: &Web) -> Router<Web> {
    match web.authenticator().access() {
        Access::Demo(_) => Router::new().route("/auth/demo", post(switch)),
        Access::Ways(_) => Router::new(),
    }
}

#[derive(Deserialize)]
struct Switch {
    login: String,
    csrf: Option<String>,
    next: Option<String>,
}

/// Begins a new session, also for whom one has been before: forms drawn until now are void.
async fn switch(
    State(web): State<Web>,
    viewer: Viewer,
    Form(form): Form<Switch>,
) -> Result<Response, Failure> {
    viewer.check_csrf(form.csrf.as_deref())?;
    let user = viewer
        .world
        .user_by_login(&form.login)
        .ok_or_else(|| Refusal::not_found(Noun::User, &form.login))?;
    let session = Chosen {
        user: user.id,
        id: viewer.context.id(),
    };
    let cookie = session.set_cookie(web.authenticator().key());
    let next = form
        .next
        .filter(|next| is_local(next))
        .unwrap_or_else(|| "/".into());
    let mut response = Redirect::to(&next).into_response();
    let value =
        HeaderValue::from_str(&cookie).map_err(|error| Failure::Internal(error.to_string()))?;
    response.headers_mut().insert(header::SET_COOKIE, value);
    Ok(response)
}

/// Whether `next` is a path on this site: nothing that a browser would take for another host.
pub(crate) fn is_local(next: &str) -> bool {
    next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && !next.contains(|c: char| c.is_control())
}
