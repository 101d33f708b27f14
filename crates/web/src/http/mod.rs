//! What pages and the API share of a request: what its path names, what its query says, and its id
//! and line in the log.

pub(crate) mod path;
pub(crate) mod query;
pub(crate) mod request;
pub(crate) mod text;

pub(crate) use path::{Attached, Finds, Key, Of, Role};
