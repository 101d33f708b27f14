//! What handlers take: views on who sent the request.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
};
use portcullis_model::{
    Action, Actor, Change, Context, Credential, Id, Preferences, Refusal, Scope, Target, Timestamp,
    User, World, in_person, may,
};
use subtle::ConstantTimeEq as _;

use super::{
    found::{Around, Authenticated, Proof, TOKEN_PREFIX, bearer},
    key::SigningKey,
    origin::client,
    scopes::needed,
    step_up::{Act, StepUp},
};
use crate::{
    Web,
    error::Failure,
    http::{request, said},
    limits::Step,
};

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
    pub proof: Proof,
    key: SigningKey,
}

/// A viewer who may change things by this request: a program with a token, or a browser on our page.
#[derive(Clone, Debug)]
pub struct Author(pub Viewer);

/// Somebody who may ask for decisions: an enforcement point, or any user.
#[derive(Clone, Debug)]
pub struct Enforcer {
    /// What they are called in the log.
    pub name: Arc<str>,
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

    /// That they are there in person, before anything is spent on what the guard refuses a token.
    ///
    /// # Errors
    /// [`in_person`].
    pub fn in_person(&self) -> Result<(), Refusal> {
        in_person(&self.context)
    }

    /// Whether an edit is theirs to read: who people are elsewhere, what lets them in and what they like is for
    /// them and for admins, and how people sign in for admins.
    pub(crate) fn sees(&self, edit: &Change) -> bool {
        let may = |action, target| may(&self.world, &self.context, action, target).is_ok();
        let of = |user: Option<Id<User>>| {
            let target = user.map_or(Target::Nothing, Target::User);
            may(Action::EndCredential, target)
        };
        match edit {
            Change::Identity(edit) => of(edit.subject().map(|it| it.user)),
            Change::Credential(edit) => of(edit.subject().map(|it| it.user)),
            Change::Preferences(edit) => of(edit.subject().map(Preferences::user)),
            Change::Provider(_) => may(Action::ManageSettings, Target::Nothing),
            Change::User(_)
            | Change::Group(_)
            | Change::App(_)
            | Change::Tag(_)
            | Change::Membership(_)
            | Change::Inclusion(_)
            | Change::Entitlement(_)
            | Change::Request(_)
            | Change::Resource(_) => true,
        }
    }

    /// The token every form carries in its field `csrf`.
    #[must_use]
    pub fn csrf(&self) -> String {
        self.proof.form_token(self.id, &self.key)
    }

    /// Whether `token` is the form token of this session. Programs need none.
    ///
    /// # Errors
    /// [`Failure::Csrf`].
    pub fn check_csrf(&self, token: Option<&str>) -> Result<(), Failure> {
        if !self.proof.comes_along() {
            return Ok(());
        }
        let wanted = self.csrf();
        let same = token.is_some_and(|token| token.as_bytes().ct_eq(wanted.as_bytes()).into());
        if same { Ok(()) } else { Err(Failure::Csrf) }
    }
}

/// What a request is looked at with.
fn around(web: &Web) -> Around<'_> {
    Around {
        world: web.app().world(),
        now: web.app().now(),
        store: web.app().store(),
        public_url: web.public_url(),
    }
}

/// What came of looking who sent a request.
type Looked = Result<Option<Authenticated>, Trouble>;

/// Why it could not be seen: an outside system that would have to say.
#[derive(Clone)]
struct Trouble(StatusCode, String);

async fn look(parts: &Parts, web: &Web) -> Result<Looked, Failure> {
    // Who may do what is known no better than the rest.
    web.fresh()?;
    let authenticator = web.authenticator();
    let mut looked = authenticator.authenticate(parts, &around(web)).await;
    if matches!(looked, Ok(None)) && parts.headers.contains_key(header::AUTHORIZATION) {
        // Whoever tries one token after the other waits, and costs nothing more; whoever has one does not.
        let from = client(parts, web.proxies());
        web.rates().sign_in(from, Step::Token)?;
        if is_made_here(&parts.headers) {
            web.catch_up().await;
            looked = authenticator.authenticate(parts, &around(web)).await;
        }
    }
    match looked {
        Ok(found) => Ok(Ok(found)),
        Err(Failure::Http(status, why)) => Ok(Err(Trouble(status, why))),
        Err(failure) => Err(failure),
    }
}

/// Whether a request brings a token that reads like one made here, perhaps a moment ago.
fn is_made_here(headers: &HeaderMap) -> bool {
    bearer(headers).is_some_and(|token| token.starts_with(TOKEN_PREFIX))
}

impl FromRequestParts<Web> for Authenticated {
    type Rejection = Failure;

    /// Looks once per request: what comes later is told what was found.
    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Failure> {
        let looked = match parts.extensions.get::<Looked>() {
            Some(looked) => looked.clone(),
            None => {
                let looked = look(parts, web).await?;
                if let Ok(Some(known)) = &looked {
                    request::is_from(&known.name);
                }
                parts.extensions.insert(looked.clone());
                looked
            }
        };
        let found = looked.map_err(|Trouble(status, why)| Failure::Http(status, why))?;
        match found {
            Some(found) => Ok(found),
            None if parts.headers.contains_key(header::AUTHORIZATION) => Err(Failure::WrongToken),
            None => Err(Failure::Unauthenticated),
        }
    }
}

impl FromRequestParts<Web> for Viewer {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Failure> {
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        let known = Authenticated::from_request_parts(parts, web).await?;
        let id = known.user.ok_or(Failure::DecisionsOnly)?;
        let (scope, act) = needed(&parts.method, parts.uri.path());
        if !known.proof.lets(scope) {
            return Err(Failure::Scope(scope));
        }
        if known.proof.comes_along() && !parts.method.is_safe() && is_foreign(&parts.headers) {
            return Err(Failure::Csrf);
        }
        if let (Some(act), Some(step_up)) = (act, web.step_up()) {
            known.proved_well(act, step_up, web.app().now())?;
        }
        let viewer = Self {
            id,
            world: known.world,
            context: web.app().context(Actor::User(id)).by(known.proof.means()),
            proof: known.proof,
            key: web.authenticator().key().clone(),
        };
        // All that a request takes from here on is of one world and one instant.
        parts.extensions.insert(viewer.clone());
        Ok(viewer)
    }
}

impl FromRequestParts<Web> for Author {
    type Rejection = Failure;

    /// For JSON requests: a browser must send the form token in a header. Forms carry it in a
    /// field instead and take a [`Viewer`] through `pages::Form`.
    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Failure> {
        let viewer = <Viewer as FromRequestParts<Web>>::from_request_parts(parts, web).await?;
        if parts.method != Method::GET {
            viewer.check_csrf(said(&parts.headers, CSRF_HEADER))?;
            web.rates().write(viewer.id)?;
        }
        Ok(Self(viewer))
    }
}

impl Authenticated {
    /// Whether whoever it is has proved themselves recently and well enough for `act`. A token is
    /// made for what it does, and proves that each time.
    fn proved_well(&self, act: Act, step_up: &StepUp, now: Timestamp) -> Result<(), Failure> {
        let session = match self.proof {
            Proof::Token(..) | Proof::Chosen(_) | Proof::Persona => return Ok(()),
            Proof::Session(id) => self.world.credential(id).and_then(Credential::session),
            Proof::Proxy => None,
        };
        if step_up.is_lacked(act, session, now) {
            return Err(Failure::StepUp(Box::new(step_up.clone())));
        }
        Ok(())
    }
}

/// Whether a browser says that another site made it send this.
pub(crate) fn is_foreign(headers: &HeaderMap) -> bool {
    let site = said(headers, "sec-fetch-site");
    let from = said(headers, header::ORIGIN).map(|from| from.split_once("://"));
    let host = said(headers, header::HOST);
    let other_origin = from.is_some_and(|from| from.map(|(_, from)| from) != host);
    matches!(site, Some("cross-site" | "same-site")) || other_origin
}

impl FromRequestParts<Web> for Enforcer {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Failure> {
        let Authenticated {
            user, name, proof, ..
        } = Authenticated::from_request_parts(parts, web).await?;
        if proof.comes_along() && !parts.method.is_safe() && is_foreign(&parts.headers) {
            return Err(Failure::Csrf);
        }
        if !proof.lets(Scope::Decisions) {
            return Err(Failure::Scope(Scope::Decisions));
        }
        Ok(Self { name, user })
    }
}
