//! Dev-only: both databases, a manual clock and seeded ids.
//!
//! What more than one crate's tests need lives here. It is a dev-dependency everywhere and ships nowhere.

pub mod clock;
pub mod db;
pub mod ids;
pub mod pg;

pub use clock::ManualClock;
pub use db::{Database, databases, sqlite_file};
pub use ids::SeededIds;
