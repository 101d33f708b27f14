//! Tags: which there are, what one demands and what carries it.

mod list;
mod show;

use axum::{Router, routing::get};

use crate::Web;

pub(crate) fn routes() -> Router<Web> {
    Router::new()
        .route("/tags", get(list::list))
        .route("/tags/{id}", get(show::show))
}
