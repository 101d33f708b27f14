//! The log.

mod undo;

use axum::{Router, routing::post};

use crate::Web;

pub(super) fn routes() -> Router<Web> {
    Router::new().route("/activity/{position}/undo", post(undo::undo))
}
