//! Who acts, when, and what a new thing may be called. Passed first to everything that changes
//! or decides something, so that nothing reads a clock or makes ids on its own.

use std::{fmt, sync::Arc};

use uuid::Uuid;

use crate::{
    Actor, Credential, Id, Timestamp, User,
    portal::{Lengths, NameForm},
};

/// Tells the time at the edge of the program.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;

    /// Microseconds since any fixed moment, by a clock that nobody sets.
    fn elapsed(&self) -> i64;
}

/// Makes identifiers.
pub trait Ids: Send + Sync {
    /// A UUID never given before.
    fn next(&self, now: Timestamp) -> Uuid;
}

/// By what somebody came who acts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Means {
    /// Nothing that is kept here: the program itself, the command line, a proxy before it.
    #[default]
    Unkept,
    /// A session.
    Session(Id<Credential>),
    /// A token; one of the configuration is not kept here.
    Token(Option<Id<Credential>>),
}

impl Means {
    /// What is kept of it.
    #[must_use]
    pub const fn credential(self) -> Option<Id<Credential>> {
        match self {
            Self::Unkept => None,
            Self::Session(id) => Some(id),
            Self::Token(id) => id,
        }
    }
}

/// Who acts, when, by which rules.
#[derive(Clone)]
pub struct Context {
    /// Who.
    pub actor: Actor,
    /// By what they came. What has ended by the time a change is made makes none.
    pub means: Means,
    /// When; the same throughout one operation.
    pub now: Timestamp,
    /// The rules of the house that are settings rather than facts.
    pub policy: Arc<Policy>,
    /// Where new ids come from.
    pub ids: Arc<dyn Ids>,
}

impl Context {
    /// A new identifier.
    #[must_use]
    pub fn id<T>(&self) -> Id<T> {
        Id::new(self.ids.next(self.now))
    }

    /// The same context for who came by that.
    #[must_use]
    pub fn by(self, means: Means) -> Self {
        Self { means, ..self }
    }

    /// The same context for another actor.
    #[must_use]
    pub fn acting_as(&self, actor: Actor) -> Self {
        Self {
            actor,
            ..self.clone()
        }
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("actor", &self.actor)
            .field("now", &self.now)
            .finish()
    }
}

/// Rules of the house that are settings: how groups are named and who has single extra powers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// What a role's name starts with; no other group's name may. Empty for no rule.
    pub role_prefix: String,
    /// What an app group's name starts with, before the app's name and a hyphen; no other group's
    /// name may. Empty for no rule.
    pub app_prefix: String,
    /// What the name of an app's owners group ends with.
    pub owners_suffix: String,
    /// Users who may create apps without being admins.
    pub app_creators: Vec<Id<User>>,
    /// Users who may delete managed app groups without owning them.
    pub app_group_deleters: Vec<Id<User>>,
    /// Whether groups, apps and tags need a description.
    pub descriptions: Descriptions,
    /// How much may end at once because its time has come.
    pub ended_at_once: AtOnce,
    /// What the names of new groups, roles, apps and tags are like.
    pub name_form: Option<NameForm>,
    /// The lengths of access that pages offer.
    pub lengths: Lengths,
    /// For how many seconds a request may wait; for any time without.
    pub request_age: Option<i64>,
    /// How many seconds a token lasts at most; for ever without.
    pub token_age: Option<i64>,
}

/// How much may end at once because its time has come, before somebody looks at it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AtOnce {
    /// A thousand, or a twentieth of what there is.
    #[default]
    Usual,
    /// So many.
    Most(usize),
    /// Any number.
    Any,
}

impl AtOnce {
    /// How many of so many there are may end; any number without.
    #[must_use]
    pub fn most(self, held: usize) -> Option<usize> {
        match self {
            Self::Usual => Some(1000.max(held / 20)),
            Self::Most(most) => Some(most),
            Self::Any => None,
        }
    }
}

/// Whether things need a description.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Descriptions {
    /// As you like.
    #[default]
    Optional,
    /// Groups, apps and tags need one.
    Required,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            role_prefix: "Role-".into(),
            app_prefix: "App-".into(),
            owners_suffix: "Owners".into(),
            app_creators: Vec::new(),
            app_group_deleters: Vec::new(),
            descriptions: Descriptions::default(),
            ended_at_once: AtOnce::default(),
            name_form: None,
            lengths: Lengths::default(),
            request_age: None,
            token_age: Some(366 * 86_400),
        }
    }
}

impl Policy {
    /// Since when a request that still waits has to have been asked at `now`, if it matters.
    #[must_use]
    pub fn oldest_request(&self, now: Timestamp) -> Option<Timestamp> {
        self.request_age.map(|age| now.plus_seconds(-age))
    }

    /// What the names of `app`'s groups start with.
    #[must_use]
    pub fn app_group_prefix(&self, app: &str) -> String {
        if self.app_prefix.is_empty() {
            String::new()
        } else {
            format!("{}{app}-", self.app_prefix)
        }
    }

    /// The name of `app`'s owners group.
    #[must_use]
    pub fn owners_group_name(&self, app: &str) -> String {
        format!("{}{app}-{}", self.app_prefix, self.owners_suffix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_may_end_at_once_where_there_is_more() {
        for (most, ending, held, allowed) in [
            (AtOnce::Usual, 1000, 1000, true),
            (AtOnce::Usual, 1001, 1001, false),
            (AtOnce::Usual, 5000, 99_999, false),
            (AtOnce::Usual, 5000, 100_000, true),
            (AtOnce::Most(2), 2, 2, true),
            (AtOnce::Most(2), 3, 1_000_000, false),
            (AtOnce::Any, 1_000_000, 1_000_000, true),
        ] {
            assert_eq!(
                most.most(held).is_none_or(|most| ending <= most),
                allowed,
                "{most:?} {ending} {held}"
            );
        }
    }
}
