//! Dev-only: both databases, a manual clock, seeded ids and the real app on a real port.
//!
//! What more than one crate's tests need lives here. It is a dev-dependency everywhere and ships nowhere.
//! The app is behind the feature `app`, so that the crates below it do not build it for their tests.

#[cfg(feature = "app")]
pub mod app;
pub mod certificate;
pub mod clock;
pub mod db;
#[cfg(unix)]
pub mod encrypted;
pub mod ids;
pub mod names;
pub mod pg;

#[cfg(feature = "app")]
pub use app::{Client, Reply, TestApp};
pub use certificate::{Authority, Certificate};
pub use clock::ManualClock;
pub use db::{Database, TestResult, databases, sqlite_file};
#[cfg(unix)]
pub use encrypted::EncryptedServer;
pub use ids::SeededIds;
