//! Apps: which there are, and the groups that lead into one.

mod form;
mod list;
mod people;
mod show;

use axum::{Router, routing::get};

use super::form::{confirm, form};
use crate::Web;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/apps", get(list::list))
        .route("/apps/new", form::<form::AppForm>())
        .route("/apps/{id}", get(show::show))
        .route("/apps/{id}/edit", form::<form::AppForm>())
        .route("/apps/{id}/delete", confirm(form::delete))
}
