//! The HTTP face: pages, the REST API and the decision point.
//!
//! Handlers extract, call, render. What may be done is `model::guard`'s to say, what is done is an
//! operation of `app`; here are only the forms things take on the wire and on the screen.

pub mod api;
pub mod auth;
pub mod authzen;
mod connection;
mod decision_log;
pub mod error;
mod http;
mod limits;
pub mod pages;
mod server;
mod state;
pub(crate) mod ui;
mod view;
mod watch;
mod words;

pub use auth::{
    Access, Act, CloudflareAccess, Provider, Sessions, SigningKey, StepUp, TOKEN_PREFIX, Token,
    TokenSubject, TrustedProxy, Ways, providers_of,
};
pub use connection::{Connections, Deadlines, Replaced, Tls, Unfit};
pub use http::Proxies;
pub use limits::Limits;
pub use server::{router, serve, serve_over};
pub use state::{Decisions, Web};
pub use view::{At, View};
