//! The log: what was changed, and what one entry did.

mod edits;
mod list;
mod show;

use axum::{Router, routing::get};

use crate::Web;

pub(crate) fn routes() -> Router<Web> {
    Router::new()
        .route("/activity", get(list::list))
        .route("/activity/{position}", get(show::show))
}
