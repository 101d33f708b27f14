//! The log: what was changed, what one entry did, and undoing it.

mod edits;
mod list;
mod show;
mod undo;

use axum::{
    Router,
    routing::{get, post},
};

use crate::Web;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/activity", get(list::list))
        .route("/activity/{position}", get(show::show))
        .route("/activity/{position}/undo", post(undo::undo))
}
