//! Signing in by an identity provider (OpenID Connect, authorization code flow). What must be kept
//! while the browser is there is in a signed cookie of its own, so that any replica can go on.

use std::sync::Arc;

use axum::{
    Form,
    extract::Path,
    http::{StatusCode, request::Parts},
    response::{IntoResponse as _, Redirect},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use portcullis_app::session::{BeginSession, EndSessions, Proved, Which};
use portcullis_connect::oidc::{self, Answer, Ask, Begun, Fault};
use portcullis_model::{Actor, Email, Name, Refusal, RefusalCode, SystemActor};
use serde::{Deserialize, Serialize};

use super::{
    enter::{arrives, counted, enter, insecure, onward, set_cookie},
    intent::Intent,
    show::drawn,
};
use crate::{
    auth::{Channel, Provider, base, is_closed},
    limits::Step,
    pages::{frame::pair, prelude::*},
};

/// The purpose of the signature on what is kept.
const PURPOSE: &str = "sign-in under way";
/// For so many seconds somebody may take to sign in at the provider.
const PATIENCE: i64 = 600;

/// What is kept while the browser is at the provider.
#[derive(Serialize, Deserialize)]
struct Kept {
    begun: Begun,
    next: String,
    intent: Intent,
}

impl Kept {
    /// The cookie of one sign-in: several may be under way at once.
    fn cookie(state: &str) -> String {
        let name: String = state
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(16)
            .collect();
        format!("portcullis-sign-in-{name}")
    }

    fn sealed(&self, web: &Web) -> Result<String, Failure> {
        let text = serde_json::to_vec(self).map_err(|e| Failure::Internal(e.to_string()))?;
        let text = BASE64.encode(text);
        let signature = web.authenticator().key().sign(PURPOSE, &text);
        Ok(format!("{text}.{signature}"))
    }

    fn open(sealed: &str, web: &Web) -> Option<Self> {
        let (text, signature) = sealed.rsplit_once('.')?;
        if !web.authenticator().key().verify(PURPOSE, text, signature) {
            return None;
        }
        serde_json::from_slice(&BASE64.decode(text).ok()?).ok()
    }
}

fn provider<'w>(web: &'w Web, name: &str) -> Result<&'w Provider, Failure> {
    let found = web.provider(name);
    found.ok_or_else(|| {
        let missing = format!("no identity provider is called `{name}`; see `/sign-in`");
        Failure::Http(StatusCode::NOT_FOUND, missing)
    })
}

/// Where the provider sends the browser back to.
fn callback_address(parts: &Parts, web: &Web, name: &str) -> Result<String, Failure> {
    let base = base(parts, web.public_url()).ok_or_else(insecure)?;
    Ok(format!("{base}/sign-in/oidc/{name}/callback"))
}

pub(super) async fn begin(
    State(web): State<Web>,
    Path(name): Path<String>,
    parts: Parts,
) -> Result<Response, Failure> {
    let provider = provider(&web, &name)?;
    let channel = arrives(&web, &parts, Step::Begin)?;
    let query = parts.uri.query().unwrap_or_default();
    let next = pair(query, "next");
    let next = onward(next.as_deref()).to_owned();
    let back = callback_address(&parts, &web, &name)?;
    let now = web.app().now();
    let (to, begun) = match provider.oidc.begin(&back, &Ask::default(), now).await {
        Ok(begun) => begun,
        Err(fault) => return failed(&web, &fault, &next),
    };
    let cookie = Kept::cookie(&begun.state);
    let intent = Intent::SignIn;
    let kept = Kept {
        begun,
        next,
        intent,
    };
    let sealed = kept.sealed(&web)?;
    let mut response = Redirect::to(&to).into_response();
    set_cookie(
        &mut response,
        &channel.set(&cookie, &sealed, Some(PATIENCE)),
    )?;
    Ok(response)
}

pub(super) async fn callback(
    State(web): State<Web>,
    Path(name): Path<String>,
    mut parts: Parts,
) -> Result<Response, Failure> {
    let provider = provider(&web, &name)?;
    let channel = arrives(&web, &parts, Step::Finish)?;
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let said = |name| pair(&query, name);
    let answer = Answer {
        code: said("code"),
        state: said("state"),
        iss: said("iss"),
        error: said("error"),
        error_description: said("error_description"),
    };
    let cookie = Kept::cookie(answer.state.as_deref().unwrap_or_default());
    let now = web.app().now();
    let kept = channel.get(&parts.headers, &cookie);
    let kept = kept
        .and_then(|sealed| Kept::open(&sealed, &web))
        .filter(|kept| {
            let begun = &kept.begun;
            begun.provider == provider.oidc.name() && begun.at.plus_seconds(PATIENCE) > now
        });
    let Some(Kept {
        begun,
        next,
        intent,
    }) = kept
    else {
        let trouble = "This sign-in took too long, or began in another browser. Nothing has happened; begin again.";
        return drawn(
            &web,
            StatusCode::BAD_REQUEST,
            "Begin again",
            trouble.into(),
            "/",
        );
    };
    let back = callback_address(&parts, &web, &name)?;
    let proved = match provider.oidc.finish(&begun, &answer, &back, now).await {
        Ok(proved) => proved,
        Err(fault) => return without(channel, &cookie, failed(&web, &fault, &next)?),
    };
    match intent {
        Intent::SignIn => {}
    }
    if let Some(refused) = ended(&web, &proved).await? {
        return without(channel, &cookie, refused);
    }
    let (link_by, unknown) = (provider.link_by, provider.unknown);
    let subject = proved.subject.clone();
    let proved = proved_by(proved);
    let operation = |session| BeginSession {
        proved,
        link_by,
        unknown,
        session,
    };
    let entered = enter(&web, channel, &mut parts, operation, &next).await;
    let response = match entered {
        Err(Failure::Refused(refusal)) => not_let_in(&web, &refusal, &subject, &next)?,
        entered => entered?,
    };
    without(channel, &cookie, response)
}

/// An answer that also takes away what was kept.
fn without(channel: Channel, cookie: &str, mut response: Response) -> Result<Response, Failure> {
    set_cookie(&mut response, &channel.set(cookie, "", Some(0)))?;
    Ok(response)
}

/// That somebody was deleted here: whoever is no longer known does not come back by signing in.
async fn ended(web: &Web, proved: &oidc::Proved) -> Result<Option<Response>, Failure> {
    // Another server may have let the same person in just now.
    web.catch_up().await;
    let (world, store) = (web.app().world(), web.app().store());
    if !is_closed(store, &world, (proved.provider, &proved.subject)).await? {
        return Ok(None);
    }
    let refusal = Refusal::rule(
        RefusalCode::NotLinked,
        "your account here was closed",
        "ask an admin if that is a mistake",
    );
    not_let_in(web, &refusal, &proved.subject, "/").map(Some)
}

fn proved_by(proved: oidc::Proved) -> Proved {
    Proved {
        provider: proved.provider,
        subject: proved.subject,
        email: proved.email.and_then(|email| Email::parse(&email).ok()),
        name: proved.name.and_then(|name| Name::parse(&name).ok()),
        sid: proved.sid.map(Arc::from),
        acr: proved.acr.map(Arc::from),
        at: proved.auth_time,
    }
}

/// The provider knows them, and they are not let in. The log says as whom, so that an admin can link them.
fn not_let_in(
    web: &Web,
    refusal: &Refusal,
    subject: &str,
    next: &str,
) -> Result<Response, Failure> {
    tracing::warn!(subject, "not let in: {refusal}");
    let world = web.app().world();
    let admins = world.admins(None, web.app().now());
    let mut names: Vec<_> = admins
        .iter()
        .take(FEW)
        .map(|admin| admin.name.as_str())
        .collect();
    names.sort_unstable();
    let whom = match names.is_empty() {
        true => String::new(),
        false => format!(" Admins here: {}.", names.join(", ")),
    };
    let trouble = format!("{}.{whom}", upper(&refusal.to_string()));
    drawn(
        web,
        StatusCode::FORBIDDEN,
        "You are not let in",
        trouble,
        next,
    )
}

fn failed(web: &Web, fault: &Fault, next: &str) -> Result<Response, Failure> {
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
        format!("{}.", upper(&fault.to_string()))
    };
    drawn(web, status, title, trouble, next)
}

/// A sentence as it stands on a page.
fn upper(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

#[derive(Deserialize)]
pub(super) struct BackChannel {
    logout_token: String,
}

/// The provider says that somebody has signed out there.
pub(super) async fn back_channel(
    State(web): State<Web>,
    Path(name): Path<String>,
    parts: Parts,
    Form(sent): Form<BackChannel>,
) -> Result<Response, Failure> {
    let provider = provider(&web, &name)?;
    counted(&web, &parts, Step::Logout)?;
    let bad = |why: String| Failure::Http(StatusCode::BAD_REQUEST, why);
    let now = web.app().now();
    let out = match provider.oidc.logout_token(&sent.logout_token, now).await {
        Ok(out) => out,
        Err(fault @ (Fault::Down { .. } | Fault::Slow)) => {
            return Err(Failure::Http(StatusCode::BAD_GATEWAY, fault.to_string()));
        }
        Err(fault) => return Err(bad(fault.to_string())),
    };
    // Of two that bring the same token the second changes nothing, and is told so.
    let fresh = web
        .app()
        .store()
        .first_time(provider.oidc.name(), &out.jti, now)
        .await?;
    if !fresh {
        return Err(bad("this logout token was used before".into()));
    }
    let which = Which::OfProvider {
        provider: provider.oidc.name(),
        subject: out.sub,
        sid: out.sid,
    };
    let context = web.app().context(Actor::System(SystemActor::SignIn));
    web.app().commit(context, EndSessions(which), None).await?;
    Ok(StatusCode::OK.into_response())
}
