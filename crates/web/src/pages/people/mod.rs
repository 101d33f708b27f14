//! People.

mod form;

use axum::Router;

use super::form::{confirm, form};
use crate::Web;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/people/new", form::<form::New>())
        .route("/people/{login}/edit", form::<form::Edit>())
        .route("/people/{login}/delete", confirm(form::delete))
}
