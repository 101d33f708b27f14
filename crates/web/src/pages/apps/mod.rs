//! Apps: which there are, and the groups that lead into one.

mod list;
mod show;

use axum::{Router, routing::get};

use crate::Web;

pub(crate) fn routes() -> Router<Web> {
    Router::new()
        .route("/apps", get(list::list))
        .route("/apps/{id}", get(show::show))
}
