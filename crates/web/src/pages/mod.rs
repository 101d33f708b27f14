//! The pages, one file each with its template beside it in `templates/`.

use axum::{
    Router,
    http::HeaderMap,
    response::{IntoResponse, Response},
};

use crate::{Web, error::Failure};

/// All routes of pages.
pub fn routes() -> Router<Web> {
    Router::new()
}

/// A failure as a page with a way on, for somebody whose browser asked for a page.
pub(crate) fn failed(_headers: &HeaderMap, failure: Failure) -> Response {
    failure.into_response()
}
