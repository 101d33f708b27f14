//! Groups and roles: which there are, who is in one and who was.

mod facts;
mod history;
pub(crate) mod list;
mod show;

use axum::{Router, routing::get};

use crate::Web;

pub(crate) fn routes() -> Router<Web> {
    Router::new()
        .route("/groups", get(list::groups))
        .route("/roles", get(list::roles))
        .route("/groups/{id}", get(show::show))
        .route("/roles/{id}", get(show::show))
        .route("/groups/{id}/history", get(history::show))
        .route("/roles/{id}/history", get(history::show))
}
