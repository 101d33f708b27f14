//! Who does something.

use serde::{Deserialize, Serialize};

use crate::{ConnectorId, Id, User, words};

/// Who does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", from = "StoredActor")]
pub enum Actor {
    /// A user.
    User(Id<User>),
    /// Portcullis itself, on somebody's standing order.
    System(SystemActor),
    /// A connector, which says what is so outside.
    Connector(ConnectorId),
}

impl Actor {
    /// The user, if it is one.
    #[must_use]
    pub const fn user(self) -> Option<Id<User>> {
        match self {
            Self::User(id) => Some(id),
            Self::System(_) | Self::Connector(_) => None,
        }
    }

    /// What kind of actor it is, as it is written before a name: `user`, `system` or `connector`.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::System(_) => "system",
            Self::Connector(_) => "connector",
        }
    }

    /// Whether it mirrors what is so outside: that is taken as it comes.
    #[must_use]
    pub const fn mirrors(self) -> bool {
        matches!(self, Self::Connector(_))
    }
}

words! {
    /// The parts of Portcullis that act on their own.
    pub enum SystemActor {
        /// An end was reached.
        Time = "time",
        /// The operator, on the command line of the machine that holds the data.
        Operator = "operator",
        /// The sample company was made.
        Demo = "demo",
        /// Somebody signed in.
        SignIn = "sign_in",
    }
}

/// An actor as it was written, also by a version to which files were parts of the system.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredActor {
    User(Id<User>),
    System(StoredSystem),
    Connector(ConnectorId),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredSystem {
    Time,
    Operator,
    Demo,
    SignIn,
    Import,
    Policy,
}

impl From<StoredActor> for Actor {
    fn from(stored: StoredActor) -> Self {
        match stored {
            StoredActor::User(id) => Self::User(id),
            StoredActor::Connector(id) => Self::Connector(id),
            StoredActor::System(StoredSystem::Time) => Self::System(SystemActor::Time),
            StoredActor::System(StoredSystem::SignIn) => Self::System(SystemActor::SignIn),
            StoredActor::System(StoredSystem::Operator) => Self::System(SystemActor::Operator),
            StoredActor::System(StoredSystem::Demo) => Self::System(SystemActor::Demo),
            StoredActor::System(StoredSystem::Import) => Self::Connector(ConnectorId::IMPORT),
            StoredActor::System(StoredSystem::Policy) => Self::Connector(ConnectorId::POLICY),
        }
    }
}
