//! Sign-in by OpenID Connect: where to send a browser, what came back with it, and what that proves. The protocol is
//! the crate `openidconnect`'s, what a token must say is ours (`crate::proof`). Whom a subject is here, and sessions,
//! are decided elsewhere.

mod answer;
mod begin;
mod begun;
mod client;
mod finish;
mod logout;
mod metadata;
mod provider;
mod settings;
mod text;

pub use self::{
    answer::Answer,
    begin::Ask,
    begun::{Begun, LONGEST},
    logout::{LOGOUT_KEPT, LoggedOut},
    provider::Provider,
    settings::Settings,
};
pub use crate::proof::{Fault, Proved};
pub use openidconnect::ClientSecret;
