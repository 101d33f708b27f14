//! From a request to who sent it, by each way in turn.

use std::sync::Arc;

use axum::http::{HeaderMap, header, request::Parts};
use portcullis_model::{Id, User, World};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::{
    access::{Access, Token, TokenSubject},
    key::SigningKey,
    loopback,
    session::Session,
};

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

/// What one way found in a request.
enum Found {
    /// The request does not go this way.
    Nothing,
    /// It does, and is not let in.
    Refused,
    /// Who it is.
    Them(Authenticated),
}

impl Found {
    /// A user that was named; refused where there is none.
    fn user(user: Option<&User>, proof: Proof, world: &Arc<World>) -> Self {
        user.map_or(Self::Refused, |user| {
            Self::Them(Authenticated {
                user: Some(user.id),
                name: user.login.as_str().into(),
                proof,
                world: Arc::clone(world),
            })
        })
    }
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
        if matches!(self.access, Access::Demo(_)) && !loopback::is_local_request(parts) {
            return None;
        }
        for way in [Self::by_session, Self::by_token, Self::by_persona] {
            match way(self, parts, world) {
                Found::Nothing => {}
                Found::Refused => return None,
                Found::Them(known) => return Some(known),
            }
        }
        None
    }

    /// A session counts where no token is sent: a token is said on purpose, a cookie comes along.
    fn by_session(&self, parts: &Parts, world: &Arc<World>) -> Found {
        match &self.access {
            Access::Tokens(_) => Found::Nothing,
            Access::Demo(_) if parts.headers.contains_key(header::AUTHORIZATION) => Found::Nothing,
            Access::Demo(_) => match Session::of(&parts.headers, &self.key) {
                Some(session) => {
                    Found::user(world.user(session.user), Proof::Session(session), world)
                }
                None => Found::Nothing,
            },
        }
    }

    /// What is sent as a token and is none lets nobody in, whatever else the request carries.
    fn by_token(&self, parts: &Parts, world: &Arc<World>) -> Found {
        if !parts.headers.contains_key(header::AUTHORIZATION) {
            return Found::Nothing;
        }
        let Some(given) = bearer(&parts.headers) else {
            return Found::Refused;
        };
        match &self.access {
            Access::Demo(_) => {
                let login = given.strip_prefix("demo-");
                let user = login.and_then(|login| world.user_by_login(login));
                Found::user(user, Proof::Token, world)
            }
            Access::Tokens(tokens) => match find(tokens, given) {
                None => Found::Refused,
                Some(token) => {
                    let user = match &token.subject {
                        TokenSubject::Decisions => None,
                        TokenSubject::User { key, id } => {
                            if !is_called(*id, key, world) {
                                return Found::Refused;
                            }
                            Some(*id)
                        }
                    };
                    Found::Them(Authenticated {
                        user,
                        name: Arc::clone(&token.name),
                        proof: Proof::Token,
                        world: Arc::clone(world),
                    })
                }
            },
        }
    }

    /// Only browsers get the first persona without asking: a program without a token is anonymous.
    fn by_persona(&self, parts: &Parts, world: &Arc<World>) -> Found {
        let says = |name, test: fn(&str) -> bool| {
            let value = parts.headers.get(name);
            value
                .and_then(|value| value.to_str().ok())
                .is_some_and(test)
        };
        let asks_for_page = says(header::ACCEPT, |kinds| kinds.contains("text/html"));
        // Browsers say so themselves where a script of our own page asks.
        let is_own_script = says(SEC_FETCH_SITE, |site| site == "same-origin");
        match &self.access {
            Access::Demo(personas) if asks_for_page || is_own_script => match personas.first() {
                Some((id, _)) => Found::user(world.user(*id), Proof::Persona, world),
                None => Found::Nothing,
            },
            Access::Demo(_) | Access::Tokens(_) => Found::Nothing,
        }
    }
}

const SEC_FETCH_SITE: header::HeaderName = header::HeaderName::from_static("sec-fetch-site");

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
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
