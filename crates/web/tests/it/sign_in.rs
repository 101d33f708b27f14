//! Sessions, links and tokens: who gets in, as whom, for how long, and how it ends.

mod gate;
mod sessions;
mod tokens;

pub(crate) use gate::{link, token};
