//! Operations and background tasks: build a change, commit it, wake what follows.
//!
//! One file per operation: what it takes, and how it becomes a change set on the world as it is.
//! Previewing and committing are the same for all of them ([`App::preview`], [`App::commit`]).
//! Knows neither HTTP nor SQL.

pub mod app;
pub mod decide;
pub mod deliver;
mod endings;
mod grants;
pub mod group;
pub mod identity;
pub mod import;
pub mod log;
pub mod notices;
pub mod places;
pub mod pool;
mod preview;
pub mod provider;
pub mod request;
pub mod resource;
pub mod role;
pub mod rules;
pub mod secret;
pub mod session;
pub mod sync;
pub mod tag;
pub mod tasks;
pub mod token;
pub mod user;
pub mod why;

mod operation;
mod service;
mod update;
mod warning;

pub use operation::{AsSeen, Operation, Prepare};
pub use preview::Preview;
pub use service::{App, CLOCK_JUMP_DAYS, Clock, RandomIds, Settings, SystemClock};
pub use update::Update;
pub use warning::{Warning, WarningCode};
