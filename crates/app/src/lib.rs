//! Operations and background tasks: build a change, commit it, wake what follows.
//!
//! One file per operation: what it takes, and how it becomes a change set on the world as it is.
//! Previewing and committing are the same for all of them ([`App::preview`], [`App::commit`]).
//! Knows neither HTTP nor SQL.

pub mod app;
pub mod decide;
pub mod group;
pub mod import;
pub mod log;
mod parts;
pub mod request;
pub mod resource;
pub mod role;
pub mod rules;
pub mod tag;
pub mod tasks;
pub mod user;

mod service;
mod update;

pub use service::{App, Clock, Operation, Preview, RandomIds, SystemClock, Warning};
pub use update::Update;
