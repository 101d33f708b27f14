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
mod chosen;
mod extract;
mod found;
mod key;
mod origin;
mod providers;
mod scopes;
mod session;
mod step_up;
mod switch;
mod uses;
mod vouched;

pub use access::{
    Access, CloudflareAccess, Provider, Sessions, Token, TokenSubject, TrustedProxy, Ways,
};
pub(crate) use authenticate::Authenticator;
pub use chosen::Chosen;
pub(crate) use chosen::over;
pub(crate) use extract::is_foreign;
pub use extract::{Author, CSRF_HEADER, Enforcer, Viewer};
pub use found::{Authenticated, Proof, TOKEN_PREFIX};
pub use key::SigningKey;
pub(crate) use origin::{base, channel, client, scheme};
pub use providers::providers_of;
pub use scopes::Scopes;
pub(crate) use session::{Channel, cookie, cookies};
pub use step_up::{Act, StepUp};
pub(crate) use switch::is_local;
pub use switch::routes;
pub(crate) use vouched::is_closed;
