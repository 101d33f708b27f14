//! Your account, or for admins somebody's: where they are signed in, the tokens that act as them, and
//! who they are elsewhere.

mod end;
mod show;
mod token;
mod whose;

use crate::Web;
use axum::{
    Router,
    routing::{get, post},
};

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/account", get(show::show))
        .route("/account/sign-out-everywhere", post(end::everywhere))
        .route("/account/end/{id}", post(end::one))
        .route("/account/unlink/{id}", post(end::unlink))
        .route("/account/tokens", post(token::issue))
        .route("/account/tokens/{id}/rotate", post(token::rotate))
}
