//! Signing in by an identity provider (OpenID Connect, authorization code flow), and what else somebody
//! comes back from one for.

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    Form,
    extract::{FromRequestParts as _, Path},
    http::{StatusCode, request::Parts},
    response::IntoResponse as _,
};
use portcullis_app::session::{
    BeginSession, EndSessions, Entry, MOST_GROUPS, Proved, SetGroups, Which, counts, groups_source,
};
use portcullis_connect::oidc::{self, Answer, Ask, Fault};
use portcullis_model::{Actor, Email, Name, Refusal, RefusalCode, SystemActor};
use serde::Deserialize;

use super::{
    enter::{arrives, counted, enter, onward, set_cookie},
    intent::Intent,
    leave::{Kept, PATIENCE, callback_address, failed, leave, missing, provider},
    show::{ANOTHER, drawn},
};
use crate::{
    auth::{Authenticated, Channel, Provider, is_closed},
    limits::Step,
    pages::{
        frame::pair,
        prelude::*,
        settings::providers::{not_tried, tried},
    },
};

pub(super) async fn begin(
    State(web): State<Web>,
    Path(name): Path<String>,
    parts: Parts,
) -> Result<Response, Failure> {
    let provider = provider(&web, &name)?;
    let channel = arrives(&web, &parts, Step::Begin)?;
    let next = pair(parts.uri.query().unwrap_or_default(), "next");
    let next = onward(next.as_deref()).to_owned();
    let ask = Ask {
        anew: pair(parts.uri.query().unwrap_or_default(), ANOTHER.0).is_some(),
        ..Ask::default()
    };
    leave(&web, &parts, channel, &provider, &ask, next, Intent::SignIn).await
}

/// So often somebody is let in anew where others change who is who at that very moment.
const TRIES: usize = 20;

pub(super) async fn callback(
    State(web): State<Web>,
    Path(name): Path<String>,
    mut parts: Parts,
) -> Result<Response, Failure> {
    // One that is being tried is no way in yet.
    let all = web.every_provider();
    let provider = all.iter().find(|it| it.oidc.name().as_str() == name);
    let provider = provider.ok_or_else(|| missing(&name))?;
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
        Err(fault) if matches!(intent, Intent::Test { .. }) => {
            let told = not_tried(&web, &mut parts, provider, &fault).await?;
            return without(channel, &cookie, told);
        }
        Err(fault) => return without(channel, &cookie, failed(&web, &fault, &next)?),
    };
    if !provider.is_on && !matches!(intent, Intent::Test { .. }) {
        return Err(missing(&name));
    }
    if let Intent::Test { user } = intent {
        let tried = tried(&web, &mut parts, provider, user, proved).await?;
        return without(channel, &cookie, tried);
    }
    if let Some(user) = intent.needs() {
        let known = Authenticated::from_request_parts(&mut parts, &web).await;
        if !known.is_ok_and(|known| known.proof.session().is_some() && known.user == Some(user)) {
            return Err(Failure::Unauthenticated);
        }
    }
    let entry = intent.entry(provider);
    let subject = proved.subject.clone();
    let groups = claimed(provider, &proved);
    let by = proved_by(&proved);
    let mut tries = 0;
    let entered = loop {
        // Another server may have changed who is who just now.
        web.catch_up().await;
        let seen = web.app().world().access_position();
        // Who is linked by this is said by whoever lets them.
        if !matches!(entry, Entry::Binding { .. })
            && let Some(refused) = ended(&web, provider, &proved).await?
        {
            return without(channel, &cookie, refused);
        }
        let operation = |session| BeginSession {
            proved: by.clone(),
            entry,
            session,
            asked: provider.record.clone(),
            seen,
        };
        tries += 1;
        match enter(&web, channel, &mut parts, operation, &next).await {
            Err(Failure::Refused(Refusal::Conflict {
                code: RefusalCode::ChangedMeanwhile,
                ..
            })) if tries < TRIES => {}
            entered => break entered,
        }
    };
    let response = match entered {
        Err(Failure::Refused(refusal)) => not_let_in(&web, provider, &refusal, &subject, &next)?,
        entered => {
            let entered = entered?;
            // Before the first page: what it shows is what they have.
            if let Some(groups) = groups {
                tell_groups(&web, provider, &subject, groups).await;
            }
            entered
        }
    };
    without(channel, &cookie, response)
}

/// The groups that the provider tells and that count here. Silence about groups changes nothing, and so
/// does an answer that may have been cut off.
fn claimed(provider: &Provider, proved: &oidc::Proved) -> Option<BTreeSet<String>> {
    let (filter, told) = (provider.groups.as_ref()?, proved.groups.as_ref());
    let Some(told) = told.filter(|told| told.len() <= MOST_GROUPS) else {
        tracing::warn!(provider = %provider.oidc.name(), "it tells no groups, or too many: what was said before stays");
        return None;
    };
    let counted = told.iter().filter(|claim| counts(filter, claim)).cloned();
    Some(counted.collect())
}

/// Brings in line what a provider says of somebody's groups. That it cannot be is no reason to keep them
/// out.
async fn tell_groups(web: &Web, provider: &Provider, subject: &str, groups: BTreeSet<String>) {
    let name = provider.oidc.name();
    let world = web.app().world();
    let Some(user) = world.user_by_identity(name, subject).map(|user| user.id) else {
        return;
    };
    let Some(source) = groups_source(name) else {
        return;
    };
    let Some(ways) = web.authenticator().access().ways() else {
        return;
    };
    let context = web.app().context(Actor::Connector(source));
    let told = groups.len();
    let set = SetGroups {
        user,
        provider: name,
        groups,
        seconds: ways.sessions.longest,
    };
    if let Err(error) = web.app().commit(context, set, None).await {
        tracing::warn!(provider = %name, %error, "its groups could not be noted");
        return;
    }
    let world = web.app().world();
    let noted = world.direct_of_user(user);
    let noted = noted.filter(|fact| world.belongs_to(source, *fact)).count();
    if noted < told {
        let left_out = told - noted;
        tracing::warn!(provider = %name, left_out, "groups it tells cannot be called so here, and are left out");
    }
}

/// An answer that also takes away what was kept.
fn without(channel: Channel, cookie: &str, mut response: Response) -> Result<Response, Failure> {
    set_cookie(&mut response, &channel.set(cookie, "", Some(0)))?;
    Ok(response)
}

/// That somebody was deleted here, or that their account was unlinked: they do not come back by signing in.
async fn ended(
    web: &Web,
    provider: &Provider,
    proved: &oidc::Proved,
) -> Result<Option<Response>, Failure> {
    let (world, store) = (web.app().world(), web.app().store());
    if !is_closed(store, &world, (proved.provider, &proved.subject)).await? {
        return Ok(None);
    }
    let refusal = Refusal::rule(
        RefusalCode::NotLinked,
        "your account here was closed or unlinked",
        "ask an admin if that is a mistake; they can link it again",
    );
    not_let_in(web, provider, &refusal, &proved.subject, "/").map(Some)
}

fn proved_by(proved: &oidc::Proved) -> Proved {
    let email = proved.email.as_deref();
    let name = proved.name.as_deref();
    Proved {
        provider: proved.provider,
        subject: proved.subject.clone(),
        email: email.and_then(|email| Email::parse(email).ok()),
        name: name.and_then(|name| Name::parse(name).ok()),
        sid: proved.sid.as_deref().map(Arc::from),
        acr: proved.acr.as_deref().map(Arc::from),
        at: proved.auth_time,
    }
}

/// The provider knows them, and they are not let in. The log says as whom, so that an admin can link them.
fn not_let_in(
    web: &Web,
    provider: &Provider,
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
    // People know it by its title.
    let name = format!("`{}`", provider.oidc.name());
    let said = refusal.to_string().replace(&name, &provider.title);
    let trouble = format!("{}.{whom}", ui::plain(said.trim_end_matches('.')));
    drawn(
        web,
        StatusCode::FORBIDDEN,
        "You are not let in",
        trouble,
        next,
    )
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
    // Who is signed in by one that is off or being tried may sign out there all the same.
    let all = web.every_provider();
    let provider = all.iter().find(|it| it.oidc.name().as_str() == name);
    let provider = provider.ok_or_else(|| missing(&name))?;
    let bad = |why: String| Failure::Http(StatusCode::BAD_REQUEST, why);
    let now = web.app().now();
    let out = match provider.oidc.logout_token(&sent.logout_token, now).await {
        Ok(out) => out,
        Err(fault @ (Fault::Down { .. } | Fault::Slow)) => {
            return Err(Failure::Http(StatusCode::BAD_GATEWAY, fault.to_string()));
        }
        Err(fault) => {
            // Of what proves something there may be many at once: everybody of a company signs out.
            counted(&web, &parts, Step::Logout)?;
            return Err(bad(fault.to_string()));
        }
    };
    // Whoever brings a token again changes nothing, and is told so. It counts as used once it has worked:
    // until then the provider may try again.
    let (store, name) = (web.app().store(), provider.oidc.name());
    let used = || bad("this logout token was used before".into());
    if store.was_used(name, &out.jti).await? {
        return Err(used());
    }
    let which = Which::OfProvider {
        provider: name,
        subject: out.sub,
        sid: out.sid,
    };
    let context = web.app().context(Actor::System(SystemActor::SignIn));
    web.app().commit(context, EndSessions(which), None).await?;
    if !store.first_time(name, &out.jti, now).await? {
        return Err(used());
    }
    Ok(StatusCode::OK.into_response())
}
