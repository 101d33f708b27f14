//! Requests: somebody asks for something, somebody decides.

mod wants;

pub use crate::membership::{Granted, Request, Resolution, State};
pub use wants::{Target as WantsTarget, Wants};
