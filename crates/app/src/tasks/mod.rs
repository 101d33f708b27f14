//! Background tasks: no input, idempotent, run on a period and on a signal.

mod deliver;
mod expire;
mod lapsed;
mod remind;
mod trouble;
mod turn;

pub use deliver::{Deliverer, run_delivery};
pub use expire::{ExpireFacts, expire, expiry_held, expiry_held_in, run_expiry};
pub use lapsed::lapsed_count;
pub use remind::{remind, run_reminders};
pub use trouble::{Trouble, tell_of_trouble, trouble_of};
