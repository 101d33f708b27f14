//! Requests.

mod decide;
mod list;
mod new;
mod show;

use axum::{
    Router,
    routing::{get, post},
};

use super::form::send;
use crate::Web;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/requests", get(list::list))
        .route("/requests/decide", post(decide::many))
        .route("/requests/new", get(new::new).post(send::<new::Membership>))
        .route("/requests/{id}", get(show::show))
        .route("/requests/{id}/preview", post(decide::preview))
        .route("/requests/{id}/approve", post(decide::approve))
        .route("/requests/{id}/reject", post(decide::reject))
        .route("/requests/{id}/withdraw", post(decide::withdraw))
}
