//! People: who there is, what somebody has and had.

mod form;
mod list;
pub(super) mod show;

use axum::{Router, routing::get};

use super::{
    form::{confirm, form},
    history,
};
use crate::Web;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/people", get(list::list))
        .route("/people/new", form::<form::PersonForm>())
        .route("/people/{login}", get(show::show))
        .route("/people/{login}/edit", form::<form::PersonForm>())
        .route("/people/{login}/delete", confirm(form::delete))
        .route("/people/{login}/history", get(history::of_person))
}
