//! Sessions, links and tokens: who gets in, as whom, for how long, and how it ends.

mod agents;
mod gate;
mod proofs;
mod providers;
mod sessions;
mod step_up;
mod tokens;
mod told;
mod warned;

pub(crate) use gate::{link, token};
