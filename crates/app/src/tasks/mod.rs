//! Background tasks: no input, idempotent, run on a period and on a signal.

mod passing;

pub use passing::{Passing, run_passing};
