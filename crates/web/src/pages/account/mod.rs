//! Your account, or for admins somebody's: where they are signed in, the tokens that act as them, and
//! who they are elsewhere.

mod end;
mod show;
mod token;

use axum::{
    Router,
    routing::{get, post},
};
use portcullis_model::{Credential, Id, Noun, Refusal, User};

use super::frame::Page;
use crate::Web;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/account", get(show::show))
        .route("/account/sign-out-everywhere", post(end::everywhere))
        .route("/account/end/{id}", post(end::one))
        .route("/account/unlink/{id}", post(end::unlink))
        .route("/account/tokens", post(token::issue))
        .route("/account/tokens/{id}/rotate", post(token::rotate))
}

/// Whose account a page is about: the viewer's, or `?user=`.
fn whose(page: &Page) -> Result<&User, Refusal> {
    let world = &page.viewer.world;
    match page.query("user") {
        asked if asked.is_empty() => world.require_user(page.viewer.id),
        asked => world
            .named_user(&asked)
            .ok_or_else(|| Refusal::not_found(Noun::User, asked)),
    }
}

/// The credential an address names.
fn named(page: &Page) -> Result<&Credential, Refusal> {
    let key = page.param("id");
    let id: Option<Id<Credential>> = key.parse().ok();
    let found = id.and_then(|id| page.viewer.world.credential(id));
    found.ok_or_else(|| Refusal::not_found(Noun::Credential, key))
}

/// The page about the account of `user`.
fn address(page: &Page, user: Id<User>) -> String {
    let login = page.viewer.world.user(user).map(|user| user.login.as_str());
    let other = login.filter(|_| user != page.viewer.id).unwrap_or_default();
    super::convert::address("/account", &[("user", other)])
}
