//! What pages and the API share of a request: what its path names, what its query says, and its id
//! and line in the log.

mod forwarded;
pub(crate) mod path;
pub(crate) mod query;
pub(crate) mod request;
pub(crate) mod text;
pub(crate) mod whole;

use axum::http::{HeaderMap, header::AsHeaderName};
pub use forwarded::Proxies;
pub(crate) use forwarded::{Origin, Scheme};
pub(crate) use path::{Attached, Finds, Key, Of, Role};

/// What a header says, where it is a text.
pub(crate) fn said(headers: &HeaderMap, name: impl AsHeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// The kind of content that is sent, without its parameters.
pub(crate) fn content_type(headers: &HeaderMap) -> Option<&str> {
    let kind = said(headers, axum::http::header::CONTENT_TYPE)?;
    kind.split(';').next().map(str::trim)
}
