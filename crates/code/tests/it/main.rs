//! Small repositories in, findings and answers out.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod assertions;
mod codeowners;
mod common;
mod cycles;
mod directory;
mod files;
mod grantees;
mod people;
mod resolve;
mod settings;
mod yaml;
