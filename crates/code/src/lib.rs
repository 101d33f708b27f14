//! Access as code: a repository of permissions and groups, read, validated and resolved.
//!
//! Everything here is a pure function of the files and the time given: no I/O, no clock. What is
//! resolved is asked of a [`portcullis_model::World`], the evaluator that answers everywhere else.
//!
//! In reading order: `node` (values with places), `read` (YAML as such), `settings`, `limits`, `grantee`,
//! `repository`, `directory`, `validate`, `facts`, `resolve`; then `ways` and `why` (how somebody comes to
//! hold something) and `plan` (what a change does). What comes out: `publish` (files and the manifest) and
//! `packages` (the keys for programs).

#![warn(missing_docs)]

mod ask;
mod assertions;
mod codeowners;
mod cycles;
mod directory;
mod facts;
mod finding;
mod grantee;
mod identity;
mod limits;
mod node;
pub mod packages;
mod people;
mod plan;
pub mod publish;
mod read;
mod repository;
mod resolve;
mod settings;
mod spelling;
mod validate;
mod ways;
mod why;
mod zone;

pub use ask::Tested;
pub use codeowners::with_codeowners;
pub use directory::Directory;
pub use finding::{Finding, Findings, Place, Severity};
pub use limits::{Freeze, Limits, Protected};
pub use plan::{
    Author, Base, BaseError, Because, Cause, Digests, Effect, Flag, FlagCode, Inputs, MARKER, Move,
    NotAPlan, Plan, Refused, SCHEMA, Verdict, markdown_findings, plan,
};
pub use repository::{Content, Repository};
pub use resolve::{Access, Resolved};
pub use settings::Settings;
pub use ways::{Step, StepChange, StepKind};
pub use why::{Path, Reason, Unknown, Why};
