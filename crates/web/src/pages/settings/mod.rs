//! What only admins see: how people sign in, what this program speaks to, and how it is doing.

mod about;
mod common;
mod connectors;
mod deliveries;
mod notifications;
mod provider_form;
pub(super) mod providers;
pub(super) mod setup;
mod sign_in;
mod tokens;

use axum::{
    Router, middleware,
    response::{IntoResponse as _, Redirect},
    routing::{get, post},
};

use super::form::confirm;
use crate::Web;

pub(super) fn routes(web: &Web) -> Router<Web> {
    Router::new()
        .route("/setup", get(setup::show))
        .route(
            "/settings",
            get(async || Redirect::to("/settings/sign-in").into_response()),
        )
        .route("/settings/sign-in", get(sign_in::show))
        .route(
            "/settings/sign-in/new",
            get(providers::new).post(providers::save),
        )
        .route("/settings/sign-in/{id}", get(providers::show))
        .route(
            "/settings/sign-in/{id}/edit",
            get(providers::edit).post(providers::save),
        )
        .route("/settings/sign-in/{id}/test", post(providers::test))
        .route("/settings/sign-in/{id}/use", post(providers::switch_on))
        .route("/settings/sign-in/{id}/off", confirm(providers::switch_off))
        .route("/settings/sign-in/{id}/delete", confirm(providers::delete))
        .route("/settings/connectors", get(connectors::show))
        .route("/settings/notifications", get(notifications::show))
        .route("/settings/notifications/test", post(notifications::test))
        .route("/settings/tokens", get(tokens::list))
        .route("/settings/about", get(about::show))
        .route("/settings/deliveries", get(deliveries::list))
        .route("/settings/deliveries/decide", post(deliveries::decide))
        .route_layer(middleware::from_fn_with_state(web.clone(), common::gate))
}
