//! The ways in that a program is started with.

use std::sync::Arc;

use portcullis_model::{Id, User};

/// How people and programs prove who they are.
#[derive(Clone, Debug)]
pub enum Access {
    /// A persona switcher stands for sign-in, and `Authorization: Bearer demo-<login>`; answered on
    /// loopback only. Each persona comes with a note on what to try as them.
    Demo(Vec<(Id<User>, String)>),
    /// Bearer tokens from the configuration.
    Tokens(Vec<Token>),
}

impl Access {
    /// Whom the switcher offers.
    pub(crate) fn personas(&self) -> &[(Id<User>, String)] {
        match self {
            Self::Demo(personas) => personas,
            Self::Tokens(_) => &[],
        }
    }
}

/// A bearer token, known by its SHA-256 only.
#[derive(Clone, Debug)]
pub struct Token {
    /// What it is called in the log.
    pub name: Arc<str>,
    /// The SHA-256 of the token.
    pub sha256: [u8; 32],
    /// Whom it stands for.
    pub subject: TokenSubject,
}

/// Whom a token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenSubject {
    /// A user: may do what the user may, for as long as they are called so.
    User {
        /// The login or id that the configuration names them by.
        key: String,
        /// Whom it is bound to.
        id: Id<User>,
    },
    /// An enforcement point: may ask for decisions and nothing else.
    Decisions,
}
