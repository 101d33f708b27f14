//! Access as code: a repository of permissions and groups, read, validated and resolved.
//!
//! Everything here is a pure function of the files and the time given: no I/O, no clock. What is
//! resolved is asked of a [`portcullis_model::World`], the evaluator that answers everywhere else.
//!
//! In reading order: `read` (YAML as nodes with places), `settings`, `grantee`, `repository`,
//! `directory`, `validate`, `facts`, `resolve`.

#![warn(missing_docs)]

mod cycles;
mod directory;
mod facts;
mod finding;
mod grantee;
mod read;
mod repository;
mod resolve;
mod settings;
mod validate;

pub use directory::Directory;
pub use finding::{Finding, Findings, Place, Severity};
pub use repository::{Content, Repository};
pub use resolve::Resolved;
pub use settings::Settings;
