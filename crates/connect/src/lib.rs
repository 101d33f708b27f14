//! The outside world: the one HTTP client, and a folder for each system that is spoken to.
//!
//! What happens there is decided elsewhere: what a commit means outside in `portcullis_app::notices`, when a
//! delivery is tried again in `portcullis_app::deliver`. Here stand the wire formats and the calls.

mod answer;
mod chat;
pub mod cloudflare;
pub mod discord;
mod hook;
pub mod http;
pub mod oidc;
mod portal;
mod proof;
pub mod slack;
pub mod smtp;
pub mod teams;
pub mod webhook;

pub use hook::{Hook, HookSink};
pub use portal::{Channel, Portal};
pub use proof::is_loopback;
