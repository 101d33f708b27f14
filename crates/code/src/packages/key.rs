//! The keys of which packages are made.

use std::collections::BTreeMap;

use crate::Place;

/// A key of a permission, as packages have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Where it is written, for findings.
    pub place: Place,
    /// What it is for; may be empty.
    pub description: String,
    /// Why it should not be used any more and what instead, where that is so.
    pub deprecated: Option<String>,
}

/// The keys, in order.
pub type Keys = BTreeMap<String, Key>;

/// The file in every package that says what was published: the next version is computed from it.
pub const KEYS_FILE: &str = "keys.json";
