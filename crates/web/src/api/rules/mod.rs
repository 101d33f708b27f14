//! Rules: which ones somebody is judged by, and findings about a list.

pub(super) mod diff;
pub(crate) mod lint;
pub(super) mod mine;
pub(super) mod wire;
