//! What is published for one environment: files by person and by permission, and the manifest that names them.
//!
//! Nothing here is written anywhere: [`Publisher::what_to_write`] says what a store is to write, in which
//! order and under which condition. A file that a manifest names never changes, and the manifest is the one
//! file that is replaced; so whoever reads the manifest first has one generation whole, whenever a publisher
//! stops or two of them meet.

mod error;
mod manifest;
mod name;
mod plan;
mod publication;
mod trouble;

pub use error::PublishError;
pub use manifest::{
    Algorithm, Counts, FileEntry, Manifest, ManifestError, Signature, Signer, Source, Stale, Trust,
    Verifier,
};
pub use name::{ALL, Digest, VERSION, by_email, by_permission};
pub use plan::{Condition, Publisher, Write};
pub use publication::{About, Publication};
pub use trouble::Trouble;
