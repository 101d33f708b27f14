//! From a request to who sent it, by each way in turn.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    extract::ConnectInfo,
    http::{HeaderMap, header, request::Parts},
};
use portcullis_model::{Id, User, World};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::{
    access::{Access, Token, TokenSubject},
    key::SigningKey,
    session::Session,
};
use crate::http::said;

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
    Session(Session),
    /// A token in the `Authorization` header, which only its holder sends.
    Token,
    /// Nothing: whoever has not chosen a persona in the demo gets the first.
    Persona,
}

impl Proof {
    /// The token that `user`'s forms carry, bound to the session where there is one.
    pub(super) fn form_token(&self, user: Id<User>, key: &SigningKey) -> String {
        match self {
            Self::Session(session) => key.sign("session's form", &session.id.to_string()),
            Self::Token | Self::Persona => key.sign("user's form", &user.to_string()),
        }
    }

    /// Whether a browser adds the proof to a request by itself, also where another site made it
    /// send that.
    pub(super) const fn comes_along(&self) -> bool {
        match self {
            Self::Session(_) | Self::Persona => true,
            Self::Token => false,
        }
    }
}

/// What one way found in a request: who it is, or nothing where the request does not go this way.
type Found = Result<Option<Authenticated>, Refused>;

/// The request goes a way and is not let in by it.
struct Refused;

/// A user that was named; refused where there is none.
fn named(user: Option<&User>, proof: Proof, world: &Arc<World>) -> Found {
    let user = user.ok_or(Refused)?;
    Ok(Some(Authenticated {
        user: Some(user.id),
        name: user.login.as_str().into(),
        proof,
        world: Arc::clone(world),
    }))
}

/// Finds out who sent a request.
#[derive(Debug)]
pub(crate) struct Authenticator {
    access: Access,
    key: SigningKey,
}

impl Authenticator {
    pub(crate) const fn new(access: Access, key: SigningKey) -> Self {
        Self { access, key }
    }

    pub(crate) const fn access(&self) -> &Access {
        &self.access
    }

    pub(crate) const fn key(&self) -> &SigningKey {
        &self.key
    }

    /// Who sent the request, if that is known in `world`: the first way it goes decides.
    pub(super) fn authenticate(&self, parts: &Parts, world: &Arc<World>) -> Option<Authenticated> {
        if matches!(self.access, Access::Demo(_)) && !is_local_request(parts) {
            return None;
        }
        let ways = [Self::by_session, Self::by_token, Self::by_persona];
        let mut found = ways.into_iter().map(|way| way(self, parts, world));
        found.find_map(Result::transpose)?.ok()
    }

    /// A session counts where no token is sent: a token is said on purpose, a cookie comes along.
    fn by_session(&self, parts: &Parts, world: &Arc<World>) -> Found {
        let is_demo = matches!(self.access, Access::Demo(_));
        if !is_demo || parts.headers.contains_key(header::AUTHORIZATION) {
            return Ok(None);
        }
        match Session::of(&parts.headers, &self.key) {
            Some(session) => named(world.user(session.user), Proof::Session(session), world),
            None => Ok(None),
        }
    }

    /// What is sent as a token and is none lets nobody in, whatever else the request carries.
    fn by_token(&self, parts: &Parts, world: &Arc<World>) -> Found {
        if !parts.headers.contains_key(header::AUTHORIZATION) {
            return Ok(None);
        }
        let given = bearer(&parts.headers).ok_or(Refused)?;
        let tokens = match &self.access {
            Access::Demo(_) => {
                let login = given.strip_prefix("demo-");
                let user = login.and_then(|login| world.user_by_login(login));
                return named(user, Proof::Token, world);
            }
            Access::Tokens(tokens) => tokens,
        };
        let token = find(tokens, given).ok_or(Refused)?;
        let user = match &token.subject {
            TokenSubject::Decisions => None,
            TokenSubject::User { key, id } if is_called(*id, key, world) => Some(*id),
            TokenSubject::User { .. } => return Err(Refused),
        };
        Ok(Some(Authenticated {
            user,
            name: Arc::clone(&token.name),
            proof: Proof::Token,
            world: Arc::clone(world),
        }))
    }

    /// Only browsers get the first persona without asking: a program without a token is anonymous.
    fn by_persona(&self, parts: &Parts, world: &Arc<World>) -> Found {
        let kinds = said(&parts.headers, header::ACCEPT);
        let asks_for_page = kinds.is_some_and(|kinds| kinds.contains("text/html"));
        // Browsers say so themselves where a script of our own page asks.
        let is_own_script = said(&parts.headers, "sec-fetch-site") == Some("same-origin");
        // The first of those that have not been deleted meanwhile.
        let mut personas = self.access.personas().iter();
        match personas.find_map(|(id, _)| world.user(*id)) {
            Some(user) if asks_for_page || is_own_script => {
                named(Some(user), Proof::Persona, world)
            }
            _ => Ok(None),
        }
    }
}

/// Whether the connection comes from this machine and was meant for it: the name in `Host` is
/// checked too, so that no page elsewhere can point a name of its own at us.
fn is_local_request(parts: &Parts) -> bool {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let near = peer.is_some_and(|ConnectInfo(address)| address.ip().is_loopback());
    let host = said(&parts.headers, header::HOST).unwrap_or_default();
    let with_port = host.rsplit_once(':');
    let with_port = with_port.filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
    let name = with_port.map_or(host, |(name, _)| name);
    near && matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = said(headers, header::AUTHORIZATION)?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Whether `user` still is who `key` names: a login that has come to somebody else brings them
/// nobody's token.
fn is_called(user: Id<User>, key: &str, world: &World) -> bool {
    world.named_user(key).is_some_and(|named| named.id == user)
}

/// The token whose digest is that of `given`. Looks at all of them, whatever it finds.
fn find<'t>(tokens: &'t [Token], given: &str) -> Option<&'t Token> {
    let digest: [u8; 32] = Sha256::digest(given.as_bytes()).into();
    tokens.iter().fold(None, |found, token| {
        if token.sha256.ct_eq(&digest).into() {
            Some(token)
        } else {
            found
        }
    })
}

#[cfg(test)]
mod tests {
    use portcullis_model::{
        ChangeSet, Edit, OperationName, UserKind,
        name::{Email, Login, Name},
    };

    use super::*;

    #[test]
    fn a_token_stays_with_who_had_the_login_first() {
        let user = |id, login: &str, email: &str| User {
            id: Id::new(uuid::Uuid::from_u128(id)),
            source: None,
            login: Login::parse(login).unwrap(),
            name: Name::parse(login).unwrap(),
            email: Email::parse(email).ok(),
            kind: UserKind::Person,
            manager: None,
            attributes: Default::default(),
        };
        let world = |users: Vec<User>| {
            let mut change = ChangeSet::new(OperationName::UserCreate);
            users
                .into_iter()
                .for_each(|user| change.push(Edit::create(user)));
            World::default().after(&change).unwrap()
        };
        let first = world(vec![user(1, "ana", "a@example.com")]);
        let ana = Id::new(uuid::Uuid::from_u128(1));
        assert!(is_called(ana, "ana", &first));
        assert!(!is_called(ana, "a@example.com", &first));
        let renamed = world(vec![user(1, "ana.silva", ""), user(2, "ana", "")]);
        assert!(!is_called(ana, "ana", &renamed));
        assert!(is_called(ana, &ana.to_string(), &renamed));
        assert!(is_called(ana, "ana", &first));
    }
}
