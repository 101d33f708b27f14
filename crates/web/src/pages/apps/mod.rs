//! Apps: which there are, and the groups that lead into one.

mod form;
mod list;
mod show;

use axum::{Router, routing::get};

use super::form::{confirm, form};
use crate::Web;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/apps", get(list::list))
        .route("/apps/new", form::<form::New>())
        .route("/apps/{id}", get(show::show))
        .route("/apps/{id}/edit", form::<form::Edit>())
        .route("/apps/{id}/delete", confirm(form::delete))
}
