//! Why somebody has something, or has not.

mod map;
mod show;

use axum::{Router, routing::get};

use crate::Web;

pub(crate) fn routes() -> Router<Web> {
    Router::new().route("/why", get(show::show))
}
