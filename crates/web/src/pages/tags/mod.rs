//! Tags.

mod form;

use axum::Router;

use super::form::{confirm, form};
use crate::Web;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/tags/new", form::<form::New>())
        .route("/tags/{id}/edit", form::<form::Edit>())
        .route("/tags/{id}/delete", confirm(form::delete))
}
