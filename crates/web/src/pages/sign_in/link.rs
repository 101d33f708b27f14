//! A link that signs in once. Opening it only shows a button, because programs that look ahead open
//! links, too.

use axum::{extract::Path, http::request::Parts};
use portcullis_app::{secret, session::RedeemLink};
use portcullis_model::Purpose;

use super::{
    enter::{arrives, enter},
    show::bare,
};
use crate::{auth::is_foreign, limits::Step, pages::prelude::*};

#[derive(Template)]
#[template(path = "sign_in/link.html")]
struct Link {
    page: ui::Bare,
    /// Who is signed in; nobody where the link is good no more.
    name: String,
    action: String,
}

pub(super) async fn show(
    State(web): State<Web>,
    Path(link): Path<String>,
    parts: Parts,
) -> Result<Response, Failure> {
    arrives(&web, &parts, Step::Link)?;
    web.catch_up().await;
    let (world, now) = (web.app().world(), web.app().now());
    let held = world.credential_by_digest(secret::digest(&link));
    let held = held.filter(|held| held.purpose == Purpose::Link && held.validity.contains(now));
    let user = held.and_then(|held| world.user(held.user));
    render(&Link {
        page: ui::Bare(bare(&web)),
        name: user.map_or_else(String::new, |user| user.name.to_string()),
        action: parts.uri.path().to_owned(),
    })
}

pub(super) async fn redeem(
    State(web): State<Web>,
    Path(link): Path<String>,
    mut parts: Parts,
) -> Result<Response, Failure> {
    // Nobody is put into another's account by a form of another site.
    if is_foreign(&parts.headers) {
        return Err(Failure::Csrf);
    }
    let channel = arrives(&web, &parts, Step::Link)?;
    let link = secret::digest(&link);
    let redeem = |session| RedeemLink { link, session };
    enter(&web, channel, &mut parts, redeem, "/").await
}
