//! What a path, a body or a query names: looked up once, in the world the request sees, by whatever
//! name it is given.
//!
//! A handler that has an [`Of`] has a known person and a noun that exists; it looks up nothing.

use std::{future::Future, marker::PhantomData, ops::Deref, sync::Arc};

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};
use portcullis_model::{
    App, Entitlement, Group, Id, Noun, Position, Record, Refusal, Request, Resource, Tag, User,
    World, name,
};

use crate::{View, Web, auth::Viewer, error::Failure};

/// A noun that one key names: an id, a name, a login.
pub(crate) trait Keyed: Send {
    /// What is found.
    type Found: Record + Clone + Send + Sync + 'static;
    /// What it is called.
    const NOUN: Noun;
    /// What its key is called in paths.
    const IN_PATH: &'static str;

    /// The one the key names; `@me` is `me`.
    fn find<'w>(world: &'w World, key: &str, me: Id<User>) -> Option<&'w Self::Found>;
}

/// A group that is a role.
#[derive(Clone, Debug)]
pub(crate) enum Role {}

/// A group in the place of a role: that it is none is the operation's to say.
#[derive(Clone, Debug)]
pub(crate) enum Attached {}

macro_rules! keyed {
    ($($T:ident: $Found:ident as $name:literal, $noun:ident = $find:expr;)*) => {$(
        impl Keyed for $T {
            type Found = $Found;
            const NOUN: Noun = Noun::$noun;
            const IN_PATH: &'static str = $name;

            fn find<'w>(world: &'w World, key: &str, me: Id<User>) -> Option<&'w $Found> {
                let find: for<'f> fn(&'f World, &str, Id<User>) -> Option<&'f $Found> = $find;
                find(world, key, me)
            }
        }
    )*};
}
keyed! {
    User: User as "user", User = |world, key, me| match key {
        "@me" => world.user(me),
        key => world.named_user(key),
    };
    Group: Group as "group", Group = |world, key, _| world.find_group(key);
    Attached: Group as "role", Group = |world, key, _| world.find_group(key);
    Role: Group as "role", Role = |world, key, _| world.find_group(key).filter(|g| g.is_role());
    App: App as "app", App = |world, key, _| world.find_app(key);
    Tag: Tag as "tag", Tag = |world, key, _| world.find_tag(key);
}

/// The key of a `T` in a body or a query, not looked up yet.
#[derive(Clone, Debug)]
pub(crate) struct Key<T>(pub(crate) String, PhantomData<fn() -> T>);

impl<T> Key<T> {
    pub(crate) const fn new(key: String) -> Self {
        Self(key, PhantomData)
    }
}

/// Whoever looks keys up, in the world they see.
pub(crate) trait Finds {
    /// The world, and whom `@me` means.
    fn seen(&self) -> (&World, Id<User>);

    /// What the key names.
    fn one<T: Keyed>(&self, key: &Key<T>) -> Result<&T::Found, Refusal> {
        let (world, me) = self.seen();
        T::find(world, &key.0, me).ok_or_else(|| Refusal::not_found(T::NOUN, &key.0))
    }

    /// What the key names, if one is given.
    fn maybe<T: Keyed>(&self, key: &Option<Key<T>>) -> Result<Option<&T::Found>, Refusal> {
        key.as_ref().map(|key| self.one(key)).transpose()
    }

    /// What the keys name.
    fn ids<T: Keyed>(&self, keys: &[Key<T>]) -> Result<Vec<Id<T::Found>>, Refusal> {
        keys.iter().map(|key| Ok(self.one(key)?.id())).collect()
    }

    /// What the keys name, if any are given.
    fn maybe_ids<T: Keyed>(
        &self,
        keys: &Option<Vec<Key<T>>>,
    ) -> Result<Option<Vec<Id<T::Found>>>, Refusal> {
        keys.as_deref().map(|keys| self.ids(keys)).transpose()
    }
}

/// What the path names; a request for what does not exist is answered with 404.
#[derive(Debug)]
pub(crate) struct Of<T: InPath>(pub(crate) T::Found);

impl<T: InPath> Deref for Of<T> {
    type Target = T::Found;
    fn deref(&self) -> &T::Found {
        &self.0
    }
}

impl<T: InPath> FromRequestParts<Web> for Of<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Failure> {
        let viewer = <Viewer as FromRequestParts<Web>>::from_request_parts(parts, web).await?;
        // What is changed is what is there now; what is looked at may lie in the past.
        let world = if parts.method.is_safe() {
            View::from_request_parts(parts, web).await?.world
        } else {
            viewer.world
        };
        let place = Place {
            web: web.clone(),
            world,
            me: viewer.id,
            keys: Keys::from_request_parts(parts, web).await?,
        };
        T::load(&place).await.map(Self)
    }
}

/// The keys in a path, decoded.
pub(crate) struct Keys(Vec<(String, String)>);

impl FromRequestParts<Web> for Keys {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Failure> {
        let read = RawPathParams::from_request_parts(parts, web).await;
        let keys = read.map_err(|wrong| Refusal::invalid("path", wrong.body_text()))?;
        let keys = keys
            .iter()
            .map(|(name, key)| (name.to_owned(), key.to_owned()));
        Ok(Self(keys.collect()))
    }
}

impl Keys {
    /// The key called `name`, or the only one there is.
    pub(crate) fn named(&self, name: &str) -> Result<&str, Refusal> {
        let named = self.0.iter().find(|(known, _)| known == name);
        match (named, self.0.as_slice()) {
            (Some((_, key)), _) | (None, [(_, key)]) => Ok(key),
            (None, _) => Err(Refusal::invalid("path", format!("it names no {name}"))),
        }
    }
}

/// A path, in the world its request sees.
pub(crate) struct Place {
    web: Web,
    world: Arc<World>,
    me: Id<User>,
    keys: Keys,
}

impl Place {
    /// The world it is looked up in.
    pub(crate) fn world(&self) -> &World {
        &self.world
    }

    /// The key called `name`.
    pub(crate) fn key(&self, name: &str) -> Result<&str, Refusal> {
        self.keys.named(name)
    }

    pub(crate) fn one<T: Keyed>(&self) -> Result<&T::Found, Refusal> {
        let key = self.keys.named(T::IN_PATH)?;
        T::find(&self.world, key, self.me).ok_or_else(|| Refusal::not_found(T::NOUN, key))
    }
}

/// A noun that stands in a path.
pub(crate) trait InPath {
    /// What is found.
    type Found: Send;

    /// Finds it.
    fn load(place: &Place) -> impl Future<Output = Result<Self::Found, Failure>> + Send;
}

impl<T: Keyed> InPath for T {
    type Found = T::Found;

    async fn load(place: &Place) -> Result<T::Found, Failure> {
        Ok(place.one::<T>()?.clone())
    }
}

/// Of a given type and id.
impl InPath for Resource {
    type Found = Self;

    async fn load(place: &Place) -> Result<Self, Failure> {
        let (kind, id) = (place.keys.named("type")?, place.keys.named("id")?);
        let found = place.world.resource_by_key(kind, id).cloned();
        Ok(found.ok_or_else(|| Refusal::not_found(Noun::Resource, format!("{kind} {id}")))?)
    }
}

/// What the group in the path confers by that id or name.
impl InPath for Entitlement {
    type Found = Self;

    async fn load(place: &Place) -> Result<Self, Failure> {
        let (group, key) = (place.one::<Group>()?, place.keys.named("entitlement")?);
        let id = key.parse::<Id<Self>>().ok();
        let name = name::key(key);
        let mut found = place
            .world
            .entitlements_of(group.id)
            .filter(|e| Some(e.id) == id || e.grant.key() == name);
        match (found.next(), found.next()) {
            (Some(one), None) => Ok(one.clone()),
            (Some(_), Some(_)) => {
                let both = format!("a permission and a list are both called `{key}`; give the id");
                Err(Refusal::invalid("entitlement", both).into())
            }
            (None, _) => Err(Refusal::not_found(Noun::Entitlement, key).into()),
        }
    }
}

/// Pending, or decided already. What is no id names no request.
impl InPath for Request {
    type Found = Self;

    async fn load(place: &Place) -> Result<Self, Failure> {
        let key = place.keys.named("request")?;
        let missing = || Refusal::not_found(Noun::Request, key);
        let id = key.parse().map_err(|_| missing())?;
        if let Some(pending) = place.world.request(id) {
            return Ok(pending.clone());
        }
        let decided = place.web.app().store().request(id).await?;
        Ok(decided.ok_or_else(missing)?)
    }
}

/// Of an entry of the log, which may not be there. What is no number names no entry.
impl InPath for Position {
    type Found = Self;

    async fn load(place: &Place) -> Result<Self, Failure> {
        let key = place.keys.named("position")?;
        let missing = || Refusal::not_found(Noun::LogEntry, key);
        // Positions are kept as signed numbers.
        let number = key
            .parse::<i64>()
            .ok()
            .and_then(|number| u64::try_from(number).ok());
        Ok(Self(number.ok_or_else(missing)?))
    }
}
