//! Background tasks: no input, idempotent, run on a period and on a signal.

mod deliver;
mod expire;

pub use deliver::{Deliverer, run_delivery};
pub use expire::{ExpireFacts, run_expiry};
