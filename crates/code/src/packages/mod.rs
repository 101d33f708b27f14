//! Packages of the permissions' keys for npm, Python, Rust and Go, so that a typo does not compile.
//!
//! The text of every file is a function of the keys, the names and the version: same input, same bytes. What
//! somebody wrote, a key or a description, is never more than a literal or a comment (`text`).

mod go;
mod identifier;
mod key;
mod language;
mod names;
mod npm;
mod python;
mod rust;
mod text;
mod version;

pub use key::{KEYS_FILE, Key, Keys};
pub use language::{Language, collisions, package};
pub use names::{Names, NamesError};
pub use version::{Change, Published, PublishedKey, Version, VersionError};
