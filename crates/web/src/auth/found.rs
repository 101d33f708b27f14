//! Who sent a request and how that was proved: what every way in comes to.

use std::sync::Arc;

use axum::http::{HeaderMap, header};
use portcullis_model::{Credential, Id, Means, Scope, Timestamp, User, UserKind, World};
use portcullis_store::Store;

use super::{chosen::Chosen, key::SigningKey, scopes::Scopes};
use crate::http::said;

/// What a token made here begins with, so that it is recognised where it was lost.
pub const TOKEN_PREFIX: &str = "pct_";

/// What is known where a request is looked at.
pub(super) struct Around<'a> {
    pub(super) world: Arc<World>,
    pub(super) now: Timestamp,
    pub(super) store: &'a Store,
    /// The address under which the server is known.
    pub(super) public_url: Option<&'a str>,
}

/// Who sent a request, and how that was proved.
#[derive(Clone, Debug)]
pub struct Authenticated {
    /// The user; none for an enforcement point, which may ask for decisions and nothing else.
    pub user: Option<Id<User>>,
    /// What they are called in the log.
    pub name: Arc<str>,
    /// How it was proved.
    pub proof: Proof,
    /// The world they were found in.
    pub world: Arc<World>,
}

/// How somebody proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// A session's cookie, which browsers send by themselves.
    Session(Id<Credential>),
    /// The demo's cookie, which browsers send by themselves.
    Chosen(Chosen),
    /// A token in the `Authorization` header, which only its holder sends; with what is on record of it, where
    /// it was made here.
    Token(Scopes, Option<Id<Credential>>),
    /// What stands before the program let a browser or a program through.
    Proxy,
    /// Nothing: whoever has not chosen a persona in the demo gets the first.
    Persona,
}

impl Proof {
    /// The token that `user`'s forms carry, bound to the session where there is one.
    pub(super) fn form_token(&self, user: Id<User>, key: &SigningKey) -> String {
        match self {
            Self::Session(session) => key.sign("session's form", &session.to_string()),
            Self::Chosen(chosen) => key.sign("session's form", &chosen.id.to_string()),
            Self::Token(..) | Self::Proxy | Self::Persona => {
                key.sign("user's form", &user.to_string())
            }
        }
    }

    /// The session, if it is one.
    pub(crate) const fn session(&self) -> Option<Id<Credential>> {
        match self {
            Self::Session(session) => Some(*session),
            Self::Chosen(_) | Self::Token(..) | Self::Proxy | Self::Persona => None,
        }
    }

    /// What the guard knows of it.
    pub(crate) const fn means(&self) -> Means {
        match self {
            Self::Session(id) => Means::Session(*id),
            Self::Token(_, id) => Means::Token(*id),
            Self::Chosen(_) | Self::Proxy | Self::Persona => Means::Unkept,
        }
    }

    /// Whether a browser adds the proof to a request by itself, also where another site made it
    /// send that.
    pub(super) const fn comes_along(&self) -> bool {
        match self {
            Self::Session(_) | Self::Chosen(_) | Self::Proxy | Self::Persona => true,
            Self::Token(..) => false,
        }
    }

    /// Whether it may be used for that.
    pub(super) const fn lets(&self, scope: Scope) -> bool {
        match self {
            Self::Token(scopes, _) => scopes.has(scope),
            Self::Session(_) | Self::Chosen(_) | Self::Proxy | Self::Persona => true,
        }
    }
}

/// What one way found in a request: who it is, or nothing where the request does not go this way.
pub(super) type Found = Result<Option<Authenticated>, Refused>;

/// The request goes a way and is not let in by it.
pub(super) struct Refused;

/// A user that was named; refused where there is none.
pub(super) fn named(user: Option<&User>, proof: Proof, world: &Arc<World>) -> Found {
    let user = user.ok_or(Refused)?;
    // An agent is known by its tokens, as long as it acts for somebody.
    let is_known = matches!(proof, Proof::Token(..)) && world.sponsor_of(user.id).is_some();
    if user.kind == UserKind::Agent && !is_known {
        return Err(Refused);
    }
    Ok(Some(Authenticated {
        user: Some(user.id),
        name: user.login.as_str().into(),
        proof,
        world: Arc::clone(world),
    }))
}

pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = said(headers, header::AUTHORIZATION)?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
