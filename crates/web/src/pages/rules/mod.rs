//! Rules: the lists in force, and what they answer.

mod ask;
pub(crate) mod diff;
mod list;

use axum::{Router, routing::get};

use crate::Web;

pub(crate) fn routes() -> Router<Web> {
    Router::new()
        .route("/rules", get(list::list))
        .route("/rules/ask", get(ask::ask))
}
