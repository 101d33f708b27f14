//! On the way to an identity provider and back: what must be kept meanwhile, for whatever it is done, is
//! in a signed cookie of its own, so that any replica can go on.

use axum::{
    http::{StatusCode, request::Parts},
    response::{IntoResponse as _, Redirect},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use portcullis_connect::oidc::{Ask, Begun, Fault};
use portcullis_model::{Id, User};
use serde::{Deserialize, Serialize};

use super::{
    enter::{arrives, insecure, set_cookie},
    intent::Intent,
    show::{bare, drawn},
};
use crate::{
    auth::{Channel, Provider, base, cookies},
    limits::Step,
    pages::prelude::*,
};

/// The purpose of the signature on what is kept.
const PURPOSE: &str = "sign-in under way";
/// For so many seconds somebody may take to sign in at the provider.
pub(super) const PATIENCE: i64 = 600;

/// What the cookies of sign-ins under way are called, before what tells one from another.
const UNDER_WAY: &str = "portcullis-sign-in-";
/// So many may be under way in one browser: each is sent along with every request.
const MOST: usize = 5;

/// What is kept while the browser is at the provider.
#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) begun: Begun,
    pub(super) next: String,
    pub(super) intent: Intent,
}

impl Kept {
    /// The cookie of one sign-in: several may be under way at once.
    pub(super) fn cookie(state: &str) -> String {
        let name: String = state
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(16)
            .collect();
        format!("{UNDER_WAY}{name}")
    }

    fn sealed(&self, web: &Web) -> Result<String, Failure> {
        let text = serde_json::to_vec(self).map_err(|e| Failure::Internal(e.to_string()))?;
        let text = BASE64.encode(text);
        let signature = web.authenticator().key().sign(PURPOSE, &text);
        Ok(format!("{text}.{signature}"))
    }

    pub(super) fn open(sealed: &str, web: &Web) -> Option<Self> {
        let (text, signature) = sealed.rsplit_once('.')?;
        if !web.authenticator().key().verify(PURPOSE, text, signature) {
            return None;
        }
        serde_json::from_slice(&BASE64.decode(text).ok()?).ok()
    }
}

pub(super) fn provider(web: &Web, name: &str) -> Result<Provider, Failure> {
    let found = web.provider(name);
    found.ok_or_else(|| missing(name))
}

pub(super) fn missing(name: &str) -> Failure {
    let missing = format!("no identity provider is called `{name}`; see `/sign-in`");
    Failure::Http(StatusCode::NOT_FOUND, missing)
}

/// Where the provider sends the browser back to.
pub(super) fn callback_address(parts: &Parts, web: &Web, name: &str) -> Result<String, Failure> {
    let base = base(parts, web.public_url()).ok_or_else(insecure)?;
    Ok(format!("{base}/sign-in/oidc/{name}/callback"))
}

#[derive(Template)]
#[template(path = "sign_in/leave.html")]
struct Leaving {
    page: ui::Bare,
    title: String,
    to: String,
}

/// Sends the browser to the provider; what must be kept meanwhile goes with it.
pub(super) async fn leave(
    web: &Web,
    parts: &Parts,
    channel: Channel,
    provider: &Provider,
    ask: &Ask,
    next: String,
    intent: Intent,
) -> Result<Response, Failure> {
    let back = callback_address(parts, web, provider.oidc.name().as_str())?;
    let now = web.app().now();
    let (to, begun) = match provider.oidc.begin(&back, ask, now).await {
        Ok(begun) => begun,
        Err(fault) => return failed(web, &fault, &next),
    };
    let cookie = Kept::cookie(&begun.state);
    let kept = Kept {
        begun,
        next,
        intent,
    };
    let sealed = kept.sealed(web)?;
    // Browsers let no form lead to another site, by whatever way; a page may.
    let mut response = if parts.method.is_safe() {
        Redirect::to(&to).into_response()
    } else {
        render(&Leaving {
            page: ui::Bare(bare(web)),
            title: provider.title.clone(),
            to,
        })?
    };
    // Of many that were begun and left, none is gone on with.
    let others = cookies(&parts.headers, &channel.named(UNDER_WAY));
    if others.len() >= MOST {
        for other in others {
            set_cookie(
                &mut response,
                &channel.set(&format!("{UNDER_WAY}{other}"), "", Some(0)),
            )?;
        }
    }
    set_cookie(
        &mut response,
        &channel.set(&cookie, &sealed, Some(PATIENCE)),
    )?;
    Ok(response)
}

/// Sends whoever is signed in to a provider, to be linked to who they are there.
pub(in crate::pages) async fn bind(
    web: &Web,
    parts: &Parts,
    provider: &str,
    user: Id<User>,
    ask: &Ask,
) -> Result<Response, Failure> {
    let provider = self::provider(web, provider)?;
    let channel = arrives(web, parts, Step::Begin)?;
    let intent = Intent::Bind {
        user,
        invitation: None,
    };
    leave(
        web,
        parts,
        channel,
        &provider,
        ask,
        "/account".into(),
        intent,
    )
    .await
}

/// Sends an admin to a provider that is not used yet, to see whether it works.
pub(in crate::pages) async fn test(
    web: &Web,
    parts: &Parts,
    provider: &Provider,
    user: Id<User>,
) -> Result<Response, Failure> {
    let channel = arrives(web, parts, Step::Begin)?;
    let (ask, intent) = (Ask::default(), Intent::Test { user });
    leave(
        web,
        parts,
        channel,
        provider,
        &ask,
        "/settings".into(),
        intent,
    )
    .await
}

/// The address under which people reach this server.
pub(in crate::pages) fn address(parts: &Parts, web: &Web) -> Result<String, Failure> {
    base(parts, web.public_url()).ok_or_else(insecure)
}

pub(super) fn failed(web: &Web, fault: &Fault, next: &str) -> Result<Response, Failure> {
    let (status, title) = match fault {
        Fault::Down { .. } => (
            StatusCode::BAD_GATEWAY,
            "The identity provider does not answer",
        ),
        Fault::Slow => (
            StatusCode::GATEWAY_TIMEOUT,
            "The identity provider takes too long",
        ),
        Fault::Refused { .. } => (StatusCode::FORBIDDEN, "You were not signed in"),
        Fault::Protocol { .. } => (StatusCode::BAD_REQUEST, "Signing in did not work"),
    };
    tracing::warn!(%fault, "a sign-in failed");
    // Where it was asked, and what came of it, is for whoever runs this server.
    let trouble = if matches!(fault, Fault::Down { .. }) {
        "Try again in a moment. What is wrong stands in this server's log.".to_owned()
    } else {
        format!("{}.", ui::plain(fault.to_string().trim_end_matches('.')))
    };
    drawn(web, status, title, trouble, next)
}
