//! The REST API under `/api/v1`, one folder per noun and one file per verb.

use axum::Router;

use crate::Web;

/// All routes of the API and its description.
pub fn routes() -> Router<Web> {
    Router::new()
}
