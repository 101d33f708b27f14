//! People: who there is, what somebody has and had.

pub(crate) mod history;
mod list;
mod show;

use axum::{Router, routing::get};

use crate::Web;

pub(crate) fn routes() -> Router<Web> {
    Router::new()
        .route("/people", get(list::list))
        .route("/people/{login}", get(show::show))
        .route("/people/{login}/history", get(history::show))
}
