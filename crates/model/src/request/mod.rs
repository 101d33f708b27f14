//! Requests: somebody asks for something, somebody decides.

mod record;
mod wants;

pub use record::{Granted, Request, Resolution, State};
pub use wants::{Target as WantsTarget, Wants};
