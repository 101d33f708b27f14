//! Who acts, when, and what a new thing may be called. Passed first to everything that changes
//! or decides something, so that nothing reads a clock or makes ids on its own.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Id, Timestamp, User};

/// Who does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// A user.
    User(Id<User>),
    /// Portcullis itself, on somebody's standing order.
    System(SystemActor),
}

impl Actor {
    /// The user, if it is one.
    #[must_use]
    pub const fn user(self) -> Option<Id<User>> {
        match self {
            Self::User(id) => Some(id),
            Self::System(_) => None,
        }
    }
}

/// The parts of Portcullis that act on their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SystemActor {
    /// An end was reached.
    Time,
    /// The operator, on the command line of the machine that holds the data.
    Operator,
    /// A file describing an organisation was read.
    Import,
    /// A file saying what decisions are made from was read.
    Policy,
    /// The sample company was made.
    Demo,
}

impl SystemActor {
    /// All there are.
    pub const ALL: [Self; 5] = [
        Self::Time,
        Self::Operator,
        Self::Import,
        Self::Policy,
        Self::Demo,
    ];

    /// Whether it mirrors what is so outside: that is taken as it comes.
    #[must_use]
    pub const fn mirrors(self) -> bool {
        matches!(self, Self::Import | Self::Policy)
    }
}

impl fmt::Display for SystemActor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Time => "time",
            Self::Operator => "operator",
            Self::Import => "import",
            Self::Policy => "policy",
            Self::Demo => "demo",
        })
    }
}

/// Makes identifiers.
pub trait Ids: Send + Sync {
    /// A UUID never given before.
    fn next(&self, now: Timestamp) -> Uuid;
}

/// Who acts, when, by which rules.
#[derive(Clone)]
pub struct Context {
    /// Who.
    pub actor: Actor,
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
        }
    }
}

impl Policy {
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
