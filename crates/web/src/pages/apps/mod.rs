//! Apps.

mod form;

use axum::Router;

use super::form::{confirm, form};
use crate::Web;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/apps/new", form::<form::New>())
        .route("/apps/{id}/edit", form::<form::Edit>())
        .route("/apps/{id}/delete", confirm(form::delete))
}
