//! Signing in and out: by an identity provider, or once by a link.

mod again;
mod enter;
mod intent;
mod invitation;
pub(super) mod leave;
mod link;
mod oidc;
mod out;
mod show;

use axum::{
    Router,
    routing::{get, post},
};

use crate::Web;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/sign-in", get(show::show))
        .route("/sign-in/link/{secret}", get(link::show).post(link::redeem))
        .route("/sign-in/again", get(again::begin))
        .route(
            "/sign-in/invitation/{secret}",
            get(invitation::show).post(invitation::accept),
        )
        .route("/sign-in/oidc/{name}", get(oidc::begin))
        .route("/sign-in/oidc/{name}/callback", get(oidc::callback))
        .route(
            "/sign-in/oidc/{name}/back-channel",
            post(oidc::back_channel),
        )
        .route("/sign-out", post(out::sign_out))
        .route("/signed-out", get(out::show))
}
