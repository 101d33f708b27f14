//! Who is asking: a browser's session, a program's token, or the demo's first persona.
//!
//! The [`Authenticator`] looks once per request and finds one [`Authenticated`]. What handlers take
//! are views on it: a handler with a [`Viewer`] cannot run for somebody unknown; what changes
//! something takes an [`Author`], which also proves that a browser's request came from our own page;
//! the decision point takes an [`Enforcer`].
//!
//! A further way in is a variant of [`Access`] or of [`Proof`]: the compiler then names every place
//! that has to say what it means.

mod access;
mod authenticate;
mod extract;
mod key;
mod session;
mod switch;

pub use access::{Access, Token, TokenSubject};
pub(crate) use authenticate::Authenticator;
pub use authenticate::{Authenticated, Proof};
pub use extract::{Author, CSRF_HEADER, Enforcer, Viewer};
pub use key::SigningKey;
pub use session::Session;
pub(crate) use session::{cookie, over};
pub(crate) use switch::is_local;
pub use switch::routes;
