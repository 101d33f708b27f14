//! The ways to sign in.

use axum::{
    extract::FromRequestParts as _,
    http::{StatusCode, request::Parts},
    response::{IntoResponse as _, Redirect},
};

use super::enter::{insecure, onward};
use crate::{
    auth::{Authenticated, channel},
    pages::{frame::pair, prelude::*},
};

#[derive(Template)]
#[template(path = "sign_in/show.html")]
pub(super) struct SignIn {
    pub(super) page: ui::Bare,
    pub(super) title: &'static str,
    /// What went wrong, if anything did.
    pub(super) trouble: String,
    /// The ways in.
    pub(super) ways: Vec<ui::Link>,
}

pub(super) async fn show(State(web): State<Web>, mut parts: Parts) -> Result<Response, Failure> {
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let next = pair(&query, "next");
    let next = onward(next.as_deref());
    if Authenticated::from_request_parts(&mut parts, &web)
        .await
        .is_ok()
    {
        return Ok(Redirect::to(next).into_response());
    }
    let trouble = match channel(&parts, web.public_url()) {
        Some(_) => String::new(),
        None => insecure().problem().detail,
    };
    drawn(&web, StatusCode::OK, "Sign in", trouble, next)
}

/// In an address: that they want to come with another account than the one they are signed in with at the
/// provider. Who is refused would else go back and forth for ever.
pub(super) const ANOTHER: (&str, &str) = ("account", "another");

/// The page with the ways in, and what went wrong on one.
pub(super) fn drawn(
    web: &Web,
    status: StatusCode,
    title: &'static str,
    trouble: String,
    next: &str,
) -> Result<Response, Failure> {
    let ways: Vec<_> = web
        .providers()
        .iter()
        .map(|provider| {
            let path = format!("/sign-in/oidc/{}", provider.oidc.name());
            let next = if next == "/" { "" } else { next };
            let (label, another) = match (trouble.is_empty(), status) {
                (true, _) => ("Continue with", ""),
                (_, StatusCode::FORBIDDEN) => ("Use another account at", ANOTHER.1),
                _ => ("Try again with", ""),
            };
            ui::Link::new(
                format!("{label} {}", provider.title),
                address(&path, &[("next", next), (ANOTHER.0, another)]),
            )
        })
        .collect();
    let page = render(&SignIn {
        page: ui::Bare(bare(web)),
        title,
        trouble,
        ways,
    })?;
    Ok((status, page).into_response())
}

/// The frame of a page for whom nobody knows yet.
pub(super) fn bare(web: &Web) -> ui::Shell {
    let who = ui::Viewer {
        href: "/".to_owned(),
        ..ui::Viewer::default()
    };
    ui::Shell {
        nav: Vec::new(),
        ..ui::Shell::new(who, "", web.app().now().to_jiff())
    }
}
