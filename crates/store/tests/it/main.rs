//! What the store promises, on both engines.
//!
//! SQLite always runs. PostgreSQL runs where `PORTCULLIS_TEST_PG` names a server on which databases
//! may be created; where `CI` is set it must.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

mod bound_users;
mod commits;
mod encrypted;
mod faults;
mod history;
mod log;
mod outbox;
mod past;
mod replay;
mod schema;
mod secrets;
mod two;
