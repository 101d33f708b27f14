//! Requests: somebody asks, somebody decides.

mod approve;
mod create;
mod decide_many;
mod reject;

pub use approve::Approve;
pub use create::CreateRequest;
pub use decide_many::{DecideMany, Decision};
pub use reject::{Reject, Withdraw};
