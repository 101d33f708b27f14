//! Who is asking: personas in the demo, bearer tokens for programs.
//!
//! A handler that takes a [`Viewer`] cannot run for somebody unknown. What changes something takes
//! an [`Author`], which also proves that a browser's request came from our own page.

mod demo;
mod token;

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::{HeaderMap, Method, header, request::Parts},
};
use hmac::{Hmac, Mac};
use portcullis_model::{Actor, Context, Id, User, World};
use sha2::Sha256;

pub(crate) use demo::is_local;
pub use demo::routes;

use crate::{Access, TokenSubject, Web, error::Failure};

/// A known user and the world they were found in.
#[derive(Clone, Debug)]
pub struct Viewer {
    /// Who.
    pub id: Id<User>,
    /// The world they were found in.
    pub world: Arc<World>,
    /// The context in which they act, now.
    pub context: Context,
    /// How they proved it.
    pub by: Proof,
    csrf: String,
}

/// How somebody proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// A cookie, which browsers send by themselves: changes need the form token too.
    Cookie,
    /// A token in the `Authorization` header, which only its holder sends.
    Bearer,
}

/// A viewer who may change things by this request: a program with a token, or a browser on our page.
#[derive(Clone, Debug)]
pub struct Author(pub Viewer);

/// Somebody who may ask for decisions: an enforcement point, or any user.
#[derive(Clone, Debug)]
pub struct Enforcer {
    /// What they are called in the log.
    pub name: String,
    /// The user, if it is one rather than an enforcement point.
    pub user: Option<Id<User>>,
}

/// The header in which scripts of our pages send the form token.
pub const CSRF_HEADER: &str = "x-csrf-token";

impl Viewer {
    /// The viewer as known.
    #[must_use]
    pub fn user(&self) -> Option<&User> {
        self.world.user(self.id)
    }

    /// The token every form carries in its field `csrf`.
    #[must_use]
    pub fn csrf(&self) -> &str {
        &self.csrf
    }

    /// Whether `token` is this viewer's form token. Programs need none.
    ///
    /// # Errors
    /// [`Failure::Csrf`].
    pub fn check_csrf(&self, token: Option<&str>) -> Result<(), Failure> {
        use subtle::ConstantTimeEq;
        if self.by == Proof::Bearer {
            return Ok(());
        }
        let same = token.is_some_and(|token| token.as_bytes().ct_eq(self.csrf.as_bytes()).into());
        if same { Ok(()) } else { Err(Failure::Csrf) }
    }

    fn new(web: &Web, user: Id<User>, by: Proof) -> Self {
        let context = web.app().context(Actor::User(user));
        let csrf = sign(web.secret(), "csrf", &user.to_string());
        Self {
            id: user,
            world: web.app().world(),
            context,
            by,
            csrf,
        }
    }
}

/// A signature over `text` for one purpose, in hexadecimal.
pub(crate) fn sign(secret: &[u8; 32], purpose: &str, text: &str) -> String {
    // An HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else {
        return String::new();
    };
    mac.update(purpose.as_bytes());
    mac.update(&[0]);
    mac.update(text.as_bytes());
    mac.finalize()
        .into_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Whom the request comes from, and how they proved it.
fn identify(parts: &Parts, web: &Web) -> Result<(TokenSubject, String, Proof), Failure> {
    let headers = &parts.headers;
    let found = match web.access() {
        Access::Demo => demo::identify(parts, web)
            .map(|(login, proof)| (TokenSubject::User(login.clone()), login, proof)),
        Access::Tokens(tokens) => bearer(headers)
            .and_then(|token| token::find(tokens, token))
            .map(|token| (token.subject.clone(), token.name.clone(), Proof::Bearer)),
    };
    found.ok_or(Failure::Unauthenticated)
}

impl FromRequestParts<Web> for Viewer {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Failure> {
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        let (subject, _, by) = identify(parts, web)?;
        let TokenSubject::User(login) = subject else {
            return Err(Failure::Unauthenticated);
        };
        let world = web.app().world();
        let user = world.find_user(&login).ok_or(Failure::Unauthenticated)?;
        let viewer = Self::new(web, user.id, by);
        // All that a request takes from here on is of one world and one instant.
        parts.extensions.insert(viewer.clone());
        Ok(viewer)
    }
}

impl OptionalFromRequestParts<Web> for Viewer {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Option<Self>, Failure> {
        Ok(
            <Self as FromRequestParts<Web>>::from_request_parts(parts, web)
                .await
                .ok(),
        )
    }
}

impl FromRequestParts<Web> for Author {
    type Rejection = Failure;

    /// For JSON requests: a browser must send the form token in a header. Forms carry it in a
    /// field instead and take a [`Viewer`] through `pages::Form`.
    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Failure> {
        let viewer = <Viewer as FromRequestParts<Web>>::from_request_parts(parts, web).await?;
        if parts.method != Method::GET {
            let token = parts
                .headers
                .get(CSRF_HEADER)
                .and_then(|value| value.to_str().ok());
            viewer.check_csrf(token)?;
        }
        Ok(Self(viewer))
    }
}

impl FromRequestParts<Web> for Enforcer {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Failure> {
        let (subject, name, _) = identify(parts, web)?;
        let user = match subject {
            TokenSubject::Decisions => None,
            TokenSubject::User(login) => {
                let world = web.app().world();
                Some(world.find_user(&login).ok_or(Failure::Unauthenticated)?.id)
            }
        };
        Ok(Self { name, user })
    }
}
