//! Tags: which there are, what one demands and what carries it.

mod form;
mod list;
mod show;

use axum::{Router, routing::get};

use super::form::{confirm, form};
use crate::Web;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/tags", get(list::list))
        .route("/tags/new", form::<form::TagForm>())
        .route("/tags/{id}", get(show::show))
        .route("/tags/{id}/edit", form::<form::TagForm>())
        .route("/tags/{id}/delete", confirm(form::delete))
}
