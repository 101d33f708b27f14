//! The demo's persona switcher, which stands for sign-in on loopback only.

use portcullis_model::Noun;
use std::net::SocketAddr;

use axum::{
    Router,
    extract::{ConnectInfo, Form, State},
    http::{HeaderValue, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use serde::Deserialize;

use super::{Proof, Viewer, bearer, cookie, sign};
use crate::{Access, Web, error::Failure};

const COOKIE: &str = "portcullis_persona";

/// The routes of the switcher, where there is one.
pub fn routes(web: &Web) -> Router<Web> {
    match web.access() {
        Access::Demo => Router::new().route("/auth/demo", post(switch)),
        Access::Tokens(_) => Router::new(),
    }
}

/// Who is asking: the bearer `demo-<login>`, the persona in the cookie, or the first persona.
pub(super) fn identify(parts: &Parts, web: &Web) -> Option<(String, Proof)> {
    if !from_loopback(parts) {
        return None;
    }
    if parts.headers.contains_key(header::AUTHORIZATION) {
        let login = bearer(&parts.headers)?.strip_prefix("demo-")?;
        return Some((login.to_owned(), Proof::Bearer));
    }
    let signed = cookie(&parts.headers, COOKIE).and_then(|value| {
        let (login, signature) = value.rsplit_once('.')?;
        let login = percent_encoding::percent_decode_str(login)
            .decode_utf8()
            .ok()?;
        (sign(web.secret(), "persona", &login) == signature).then(|| login.into_owned())
    });
    // Only browsers get the first persona without asking: a program without a token is anonymous.
    let asks_for_page = parts
        .headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    // Browsers say so themselves where a script of our own page asks.
    let is_own_script = parts
        .headers
        .get("sec-fetch-site")
        .is_some_and(|site| site == "same-origin");
    let first = || {
        let (id, _) = web
            .personas()
            .first()
            .filter(|_| asks_for_page || is_own_script)?;
        web.app()
            .world()
            .user(*id)
            .map(|user| user.login.to_string())
    };
    signed.or_else(first).map(|login| (login, Proof::Cookie))
}

/// Whether the connection comes from this machine and was meant for it: the name in `Host` is
/// checked too, so that no page elsewhere can point a name of its own at us.
fn from_loopback(parts: &Parts) -> bool {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let near = peer.is_some_and(|ConnectInfo(address)| address.ip().is_loopback());
    let host = parts
        .headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or("");
    let name = host.rsplit_once(':').map_or(host, |(name, port)| {
        if port.bytes().all(|b| b.is_ascii_digit()) {
            name
        } else {
            host
        }
    });
    near && matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}

#[derive(Deserialize)]
struct Switch {
    login: String,
    csrf: Option<String>,
    next: Option<String>,
}

async fn switch(
    State(web): State<Web>,
    viewer: Viewer,
    Form(form): Form<Switch>,
) -> Result<Response, Failure> {
    viewer.check_csrf(form.csrf.as_deref())?;
    let user = viewer
        .world
        .find_user(&form.login)
        .ok_or_else(|| portcullis_model::Refusal::not_found(Noun::User, &form.login))?;
    let login =
        percent_encoding::utf8_percent_encode(&user.login, percent_encoding::NON_ALPHANUMERIC);
    let signature = sign(web.secret(), "persona", &user.login);
    let cookie = format!("{COOKIE}={login}.{signature}; Path=/; HttpOnly; SameSite=Lax");
    let next = form
        .next
        .filter(|next| is_local(next))
        .unwrap_or_else(|| "/".into());
    let mut response = Redirect::to(&next).into_response();
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    Ok(response)
}

/// Whether `next` is a path on this site: nothing that a browser would take for another host.
pub(crate) fn is_local(next: &str) -> bool {
    next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && !next.contains(|c: char| c.is_control())
}
