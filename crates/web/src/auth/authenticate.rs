//! From a request to who sent it, by each way in turn.

use std::sync::Arc;

use axum::http::{header, request::Parts};
use portcullis_app::secret;
use portcullis_model::{Credential, Digest, Id, Purpose, Timestamp, User, World};
use subtle::ConstantTimeEq as _;

use super::{
    access::{Access, Token, TokenSubject, TrustedProxy, Ways},
    chosen::Chosen,
    found::{Around, Authenticated, Found, Proof, Refused, bearer, named},
    key::SigningKey,
    origin::{self, channel, host, is_loopback, peer},
    providers::Providers,
    scopes::Scopes,
    session,
    uses::Uses,
    vouched::{by_access_token, by_cloudflare},
};
use crate::{error::Failure, http::said};

/// Finds out who sent a request.
#[derive(Debug)]
pub(crate) struct Authenticator {
    access: Access,
    key: SigningKey,
    uses: Uses,
    providers: Providers,
}

impl Authenticator {
    pub(crate) fn new(access: Access, key: SigningKey) -> Self {
        Self {
            providers: Providers::of(access.ways()),
            access,
            key,
            uses: Uses::default(),
        }
    }

    pub(crate) const fn providers(&self) -> &Providers {
        &self.providers
    }

    pub(crate) const fn access(&self) -> &Access {
        &self.access
    }

    pub(crate) const fn key(&self) -> &SigningKey {
        &self.key
    }

    pub(crate) const fn uses(&self) -> &Uses {
        &self.uses
    }

    /// Who sent the request, if that is known: the first way it goes decides.
    ///
    /// # Errors
    /// The database does not say whether a session is idle.
    pub(super) async fn authenticate(
        &self,
        parts: &Parts,
        around: &Around<'_>,
    ) -> Result<Option<Authenticated>, Failure> {
        let (world, now) = (&around.world, around.now);
        let found = match &self.access {
            Access::Demo(_) if !is_local_request(parts) => return Ok(None),
            Access::Demo(_) => first([
                &|| self.by_choice(parts, world),
                &|| self.by_demo_token(parts, world, now),
                &|| self.by_persona(parts, world),
            ]),
            Access::Ways(ways) => {
                if let Some(found) = by_access_token(parts, &ways.providers, around).await? {
                    return Ok(found);
                }
                let without_session =
                    first([&|| self.by_token(parts, &ways.tokens, world, now), &|| {
                        by_proxy(parts, ways.proxy.as_ref(), world)
                    }]);
                match without_session {
                    Ok(None) => {
                        let edge = ways.cloudflare.as_ref();
                        return match by_cloudflare(parts, edge, around).await? {
                            Some(found) => Ok(found),
                            None => self.by_session(parts, ways, around).await,
                        };
                    }
                    found => found,
                }
            }
        };
        Ok(found.ok().flatten())
    }

    /// A cookie that says nothing true is no way in, and stands in the way of none.
    async fn by_session(
        &self,
        parts: &Parts,
        ways: &Ways,
        around: &Around<'_>,
    ) -> Result<Option<Authenticated>, Failure> {
        let (world, now) = (&around.world, around.now);
        let held = || {
            let secret = session::secret(&parts.headers, channel(parts, around.public_url)?)?;
            let held = world.credential_by_digest(secret::digest(secret))?;
            let is_session = held.session().is_some() && held.validity.contains(now);
            is_session.then_some(held)
        };
        let Some(held) = held() else {
            return Ok(None);
        };
        let since = now.plus_seconds(-ways.sessions.idle);
        // A new one has not been used yet.
        if held.validity.from < since && self.uses.is_idle(around.store, held.id, since).await? {
            return Ok(None);
        }
        self.uses.note(held.id, now, || self.client(parts));
        let user = world.user(held.user);
        Ok(named(user, Proof::Session(held.id), world).ok().flatten())
    }

    /// What is sent as a token and is none lets nobody in, whatever else the request carries.
    fn by_token(
        &self,
        parts: &Parts,
        tokens: &[Token],
        world: &Arc<World>,
        now: Timestamp,
    ) -> Found {
        if !parts.headers.contains_key(header::AUTHORIZATION) {
            return Ok(None);
        }
        let digest = secret::digest(bearer(&parts.headers).ok_or(Refused)?);
        if let Some(held) = world.credential_by_digest(digest) {
            return self.by_held(parts, held, world, now);
        }
        let token = find(tokens, digest).ok_or(Refused)?;
        let user = match &token.subject {
            TokenSubject::Decisions => None,
            TokenSubject::User { key, id } if is_called(*id, key, world) => Some(*id),
            TokenSubject::User { .. } => return Err(Refused),
        };
        Ok(Some(Authenticated {
            user,
            name: Arc::clone(&token.name),
            proof: Proof::Token(Scopes::ALL, None),
            world: Arc::clone(world),
        }))
    }

    /// A token that was made here.
    fn by_held(
        &self,
        parts: &Parts,
        held: &Credential,
        world: &Arc<World>,
        now: Timestamp,
    ) -> Found {
        match &held.purpose {
            Purpose::Token { scopes, .. } if held.validity.contains(now) => {
                self.uses.note(held.id, now, || self.client(parts));
                named(
                    world.user(held.user),
                    Proof::Token(Scopes::of(scopes), Some(held.id)),
                    world,
                )
            }
            Purpose::Token { .. } | Purpose::Session(_) | Purpose::Link | Purpose::Invitation => {
                Err(Refused)
            }
        }
    }

    /// Where a use comes from, and by what.
    fn client(&self, parts: &Parts) -> (String, String) {
        let agent = said(&parts.headers, header::USER_AGENT).unwrap_or_default();
        let from = origin::client(parts, self.access.proxies());
        let from = from.map_or_else(String::new, |it| it.to_string());
        (from, agent.to_owned())
    }

    /// A choice counts where no token is sent: a token is said on purpose, a cookie comes along.
    fn by_choice(&self, parts: &Parts, world: &Arc<World>) -> Found {
        if parts.headers.contains_key(header::AUTHORIZATION) {
            return Ok(None);
        }
        match Chosen::of(&parts.headers, &self.key) {
            Some(chosen) => named(world.user(chosen.user), Proof::Chosen(chosen), world),
            None => Ok(None),
        }
    }

    fn by_demo_token(&self, parts: &Parts, world: &Arc<World>, now: Timestamp) -> Found {
        if !parts.headers.contains_key(header::AUTHORIZATION) {
            return Ok(None);
        }
        let given = bearer(&parts.headers).ok_or(Refused)?;
        if let Some(held) = world.credential_by_digest(secret::digest(given)) {
            return self.by_held(parts, held, world, now);
        }
        let login = given.strip_prefix("demo-");
        let user = login.and_then(|login| world.user_by_login(login));
        named(user, Proof::Token(Scopes::ALL, None), world)
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

/// What the first way finds that the request goes.
fn first<const N: usize>(ways: [&dyn Fn() -> Found; N]) -> Found {
    let found = ways.into_iter().find_map(|way| way().transpose());
    found.transpose()
}

/// Whom a proxy let through. Without its secret its header is a claim of anybody's, and refused.
fn by_proxy(parts: &Parts, proxy: Option<&TrustedProxy>, world: &Arc<World>) -> Found {
    let Some(proxy) = proxy else {
        return Ok(None);
    };
    let mut said_so = parts.headers.get_all(&proxy.header).iter();
    let Some(login) = said_so.next() else {
        return Ok(None);
    };
    let known = peer(parts).is_some_and(|peer| proxy.from.contains(&peer));
    let secret = said(&parts.headers, PROXY_SECRET).unwrap_or_default();
    let secret = secret::digest(secret);
    let right: bool = secret.0.ct_eq(&proxy.secret.0).into();
    if !known || !right || said_so.next().is_some() {
        return Err(Refused);
    }
    let login = login.to_str().map_err(|_| Refused)?;
    named(world.user_by_login(login), Proof::Proxy, world)
}

/// In which header a proxy proves that it is the one that was configured.
const PROXY_SECRET: &str = "x-portcullis-proxy-secret";

/// Whether the connection comes from this machine and was meant for it: the name in `Host` is
/// checked too, so that no page elsewhere can point a name of its own at us.
fn is_local_request(parts: &Parts) -> bool {
    peer(parts).is_some_and(|peer| peer.is_loopback()) && is_loopback(host(parts))
}

/// Whether `user` still is who `key` names: a login that has come to somebody else brings them
/// nobody's token.
fn is_called(user: Id<User>, key: &str, world: &World) -> bool {
    world.named_user(key).is_some_and(|named| named.id == user)
}

/// The token of that digest. Looks at all of them, whatever it finds.
fn find(tokens: &[Token], digest: Digest) -> Option<&Token> {
    tokens.iter().fold(None, |found, token| {
        if token.sha256.ct_eq(&digest.0).into() {
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
