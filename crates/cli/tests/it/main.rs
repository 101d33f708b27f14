//! The real binary, from outside: what it prints, how it ends, what survives it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod asked;
mod code;
mod code_plan;
mod config;
mod demo;
mod deploy;
mod environments;
mod expire;
mod help;
mod import;
mod names;
mod old_database;
mod org_rust;
mod outbox;
mod policy;
mod reload;
mod replicas;
mod run;
mod sources;
mod strict;
#[cfg(all(feature = "otel", feature = "sentry"))]
mod telemetry;
mod tls;
mod unsaid;
mod written;
