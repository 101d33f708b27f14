//! What pages and the API share of a request: what its path names, and what its query says.

pub(crate) mod path;
pub(crate) mod query;
pub(crate) mod text;

pub(crate) use path::{Attached, Finds, Key, Of, Role};
