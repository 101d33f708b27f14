//! Your account, or for admins somebody's: where they are signed in, the tokens that act as them, and
//! who they are elsewhere.

mod end;
mod link;
mod notifications;
mod show;
mod token;
mod whose;

use axum::{
    Router,
    routing::{get, post},
};

pub(super) use notifications::told;

use super::form::{button, confirm, form};
use crate::Web;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/account", get(show::show))
        .route("/account/sign-out-everywhere", button(end::everywhere))
        .route("/account/end/{id}", confirm(end::one))
        .route("/account/link/{provider}", post(link::begin))
        .route("/account/identities", form::<link::IdentityForm>())
        .route("/account/unlink/{id}", confirm(link::unlink))
        .route("/account/invitation", post(link::invite))
        .route(
            "/account/notifications",
            form::<notifications::NotificationsForm>(),
        )
        .route("/account/tokens", get(token::show).post(token::issue))
        .route("/account/tokens/{id}/rotate", post(token::rotate))
}
