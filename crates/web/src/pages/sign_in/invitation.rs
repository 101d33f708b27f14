//! An invitation: a link by which somebody says once who they are at an identity provider.

use axum::Form;
use axum::{
    extract::Path,
    http::{StatusCode, request::Parts},
};
use portcullis_app::secret;
use portcullis_connect::oidc::Ask;
use portcullis_model::{Credential, Purpose};
use serde::Deserialize;

use super::{
    enter::{arrives, counted},
    intent::Intent,
    leave::{leave, provider},
    show::bare,
};
use crate::{auth::is_foreign, limits::Step, pages::prelude::*};

#[derive(Template)]
#[template(path = "sign_in/invitation.html")]
struct Invitation {
    page: ui::Bare,
    /// Who is invited; nobody where the invitation is good no more.
    name: String,
    action: String,
    /// Name and title of each provider.
    providers: Vec<(String, String)>,
}

fn good(web: &Web, link: &str) -> Option<Credential> {
    let (world, now) = (web.app().world(), web.app().now());
    let held = world.credential_by_digest(secret::digest(link))?;
    let good = held.purpose == Purpose::Invitation && held.validity.contains(now);
    good.then(|| held.clone())
}

pub(super) async fn show(
    State(web): State<Web>,
    Path(link): Path<String>,
    parts: Parts,
) -> Result<Response, Failure> {
    counted(&web, &parts, Step::Link)?;
    web.catch_up().await;
    let world = web.app().world();
    let user = good(&web, &link).and_then(|held| world.user(held.user));
    let providers = web.providers();
    let providers = providers.iter();
    let called = |it: &crate::auth::Provider| (it.oidc.name().to_string(), it.title.clone());
    render(&Invitation {
        page: ui::Bare(bare(&web)),
        name: user.map_or_else(String::new, |user| user.name.to_string()),
        action: parts.uri.path().to_owned(),
        providers: providers.map(called).collect(),
    })
}

#[derive(Deserialize)]
pub(super) struct Chosen {
    provider: String,
}

pub(super) async fn accept(
    State(web): State<Web>,
    Path(link): Path<String>,
    parts: Parts,
    Form(chosen): Form<Chosen>,
) -> Result<Response, Failure> {
    // Nobody is brought to link an account by a form of another site.
    if is_foreign(&parts.headers) {
        return Err(Failure::Csrf);
    }
    let channel = arrives(&web, &parts, Step::Link)?;
    let Some(held) = good(&web, &link) else {
        let over =
            "this invitation has been used, has ended, or a newer one was made; ask for another";
        return Err(Failure::Http(StatusCode::BAD_REQUEST, over.into()));
    };
    let provider = provider(&web, &chosen.provider)?;
    let intent = Intent::Bind {
        user: held.user,
        invitation: Some(held.digest),
    };
    leave(
        &web,
        &parts,
        channel,
        &provider,
        &Ask::default(),
        "/".into(),
        intent,
    )
    .await
}
