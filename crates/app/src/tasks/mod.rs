//! Background tasks: no input, idempotent, run on a period and on a signal.

mod expire;

pub use expire::{ExpireFacts, run_expiry};
