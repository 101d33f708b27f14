//! Tests of the HTTP face against the real app on a real port.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod api;
mod asked;
mod authzen;
mod bounds;
mod browser;
mod choices;
mod clock;
mod connections;
mod costly;
mod deliveries;
mod everywhere;
mod forms;
mod held;
mod kinds;
mod log;
mod meanwhile;
mod owners;
mod pages;
mod pickers;
mod portal;
mod rules;
mod sessions;
mod sign_in;
mod stale;
mod strict;
mod tls;
mod watch;
mod ways_on;
