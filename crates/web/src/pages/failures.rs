//! How failures look to people: a page that says what went wrong and where to go from here, in the
//! frame of every page.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, HeaderValue, Method, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use portcullis_model::{App, Group, Noun, Record as _, Refusal, RefusalCode, Tag, User};
use uuid::Uuid;

use super::{
    convert,
    frame::{Page, places, render},
};
use crate::{
    At, Web,
    auth::{Authenticated, is_local, over},
    error::{Failure, Problem},
    http::path::Keyed,
    ui,
};

#[derive(Template)]
#[template(path = "failures.html")]
struct Failed {
    page: ui::Bare,
    title: &'static str,
    problem: Problem,
    /// Ways on before the usual ones.
    ways: Vec<ui::Link>,
}

/// Shows failures of pages as pages.
pub(crate) async fn as_pages(State(web): State<Web>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    // What is found is kept for the page and for its failure; that it is nobody is theirs to tell.
    let _ = Authenticated::from_request_parts(&mut parts, &web).await;
    let wants_json = parts
        .headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("application/json") && !accept.contains("text/html"));
    let mut page = parts.clone();
    parts.extensions.remove::<Arc<Failure>>();
    let response = next.run(Request::from_parts(parts, body)).await;
    let Some(failure) = response.extensions().get::<Arc<Failure>>().cloned() else {
        return response;
    };
    if wants_json {
        return response;
    }
    if let Some(sign_in) = sign_in(&web, &page, &failure) {
        return sign_in;
    }
    page_of(&web, &mut page, &failure).await
}

/// Whom nobody knows is sent to sign in, and from there back to where they wanted to go.
fn sign_in(web: &Web, parts: &Parts, failure: &Failure) -> Option<Response> {
    let asks = matches!(failure, Failure::Unauthenticated)
        && parts.method.is_safe()
        && !parts.headers.contains_key(header::AUTHORIZATION);
    web.authenticator().access().ways().filter(|_| asks)?;
    let wanted = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let next = if wanted == "/" { "" } else { wanted };
    Some(Redirect::to(&convert::address("/sign-in", &[("next", next)])).into_response())
}

/// A failure as a page for whoever sent the request, as far as that is known.
pub(crate) async fn page_of(web: &Web, parts: &mut Parts, failure: &Failure) -> Response {
    let shown = Page::from_request_parts(parts, web).await.ok();
    let later = match (&shown, failure) {
        (Some(page), Failure::Refused(Refusal::NotFound { what, key })) => {
            later(web, page, *what, key).await
        }
        _ => None,
    };
    // The failing request's own query may be what is wrong: the frame is made without it.
    let path = parts.uri.path().to_owned();
    parts.uri = path.parse().unwrap_or_default();
    parts.headers.remove(crate::view::POSITION);
    parts.extensions.remove::<crate::View>();
    // Where they were: the form is filled in anew, with what they have proved.
    let back = came_from(&parts.headers).unwrap_or_else(|| path.clone());
    parts.method = Method::GET;
    parts.extensions.remove::<crate::auth::Viewer>();
    match Page::from_request_parts(parts, web).await {
        Ok(page) if matches!(failure, Failure::StepUp(_)) => {
            let again = Later {
                text: "This needs that you have signed in just now. Nothing was changed: sign in again, \
                       then do it once more."
                    .to_owned(),
                ways: vec![ui::Link::new(
                    "Sign in again",
                    convert::address("/sign-in/again", &[("next", &back)]),
                )],
            };
            drawn(page.shell(), failure, Some(again))
        }
        Ok(page) => drawn(page.shell(), failure, later),
        Err(_) => {
            let who = ui::Viewer {
                href: "/".to_owned(),
                ..ui::Viewer::default()
            };
            let now = web.app().now().to_jiff();
            let shell = ui::Shell {
                nav: places(&path),
                ..ui::Shell::new(who, "", now)
            };
            drawn(shell, failure, None)
        }
    }
}

/// The page of ours a form was sent from.
fn came_from(headers: &HeaderMap) -> Option<String> {
    let from = headers.get(header::REFERER)?.to_str().ok()?;
    let host = headers.get(header::HOST)?.to_str().ok()?;
    let (_, rest) = from.split_once("://")?;
    let path = rest.strip_prefix(host)?;
    is_local(path).then(|| path.to_owned())
}

/// What is there now and was not yet at the time that was asked about.
struct Later {
    text: String,
    ways: Vec<ui::Link>,
}

async fn later(web: &Web, page: &Page, what: Noun, key: &str) -> Option<Later> {
    let At::Past(at) = page.view.at else {
        return None;
    };
    let (world, me) = (&page.viewer.world, page.viewer.id);
    let (id, name): (Uuid, String) = match what {
        Noun::Person | Noun::User => {
            let user = User::find(world, key, me)?;
            (user.id().uuid(), user.name.to_string())
        }
        Noun::Group | Noun::Role => {
            let group = Group::find(world, key, me)?;
            (group.id().uuid(), group.name.to_string())
        }
        Noun::App => {
            let app = App::find(world, key, me)?;
            (app.id().uuid(), app.name.to_string())
        }
        Noun::Tag => {
            let tag = Tag::find(world, key, me)?;
            (tag.id().uuid(), tag.name.to_string())
        }
        _ => return None,
    };
    let came = page.came(web, id).await.ok()??;
    let now = page.viewer.context.now;
    let day = |at| convert::when(at, now).date();
    let first = came.to_string();
    Some(Later {
        text: format!(
            "{name} came on {}. On {} there was no {what} of that name yet.",
            day(came),
            day(at)
        ),
        ways: vec![
            ui::Link::new(
                format!("As it was on {}", day(came)),
                page.with_query(&[("at", &first)]),
            ),
            ui::Link::new("As it is now", page.with_query(&[("at", "")])),
        ],
    })
}

fn drawn(shell: ui::Shell, failure: &Failure, later: Option<Later>) -> Response {
    let mut problem = failure.problem();
    let mut title = match failure {
        Failure::Refused(Refusal::NotFound { .. }) => "Not found",
        Failure::Refused(Refusal::NotAllowed { .. })
        | Failure::DecisionsOnly
        | Failure::Scope(_) => "You do not have permission",
        Failure::Refused(Refusal::Invalid(_)) => "Something is missing or wrong",
        // Tags are policies somebody here has set; what else stands against something is how it works.
        Failure::Refused(Refusal::Rule {
            code: RefusalCode::ReasonRequired | RefusalCode::SelfAdd | RefusalCode::TimeLimit,
            ..
        }) => "Blocked by a policy",
        Failure::Refused(Refusal::Rule { .. }) => "This cannot be done",
        Failure::Refused(Refusal::Conflict { .. }) => "This changed in the meantime",
        Failure::Unauthenticated | Failure::WrongToken => "Sign in to continue",
        Failure::StepUp(_) => "Sign in again to go on",
        Failure::Csrf => "This form has expired",
        Failure::Unavailable(_) | Failure::NotYet | Failure::Stale { .. } => {
            "Temporarily unavailable"
        }
        Failure::Http(status, _) if status.as_u16() == 404 => "Page not found",
        Failure::Http(..) | Failure::KeyReused => "That does not work",
        Failure::TooMany { .. } => "Too many requests",
        Failure::Busy => "Busy right now",
        Failure::Internal(_) => "Something went wrong",
    };
    if matches!(failure, Failure::Unauthenticated) {
        problem.detail = "You are not signed in. Sign in at /sign-in; a program sends a token in \
                          the Authorization header."
            .to_owned();
    }
    let mut ways = Vec::new();
    if let Some(later) = later {
        if !matches!(failure, Failure::StepUp(_)) {
            title = "Not there yet";
        }
        (problem.detail, ways) = (later.text, later.ways);
    }
    let page = Failed {
        page: ui::Bare(shell),
        title,
        problem,
        ways,
    };
    let mut response = match render(&page) {
        Ok(page) => (failure.status(), page).into_response(),
        Err(error) => error.into_response(),
    };
    if let Failure::TooMany { seconds } = failure {
        let seconds = HeaderValue::from(*seconds);
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    if matches!(failure, Failure::Unauthenticated) {
        let bearer = HeaderValue::from_static("Bearer");
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, bearer);
        if let Ok(over) = HeaderValue::from_str(&over()) {
            response.headers_mut().insert(header::SET_COOKIE, over);
        }
    }
    response
}
