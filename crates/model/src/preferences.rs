//! What somebody wants to be told.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{Id, User, words};

words! {
    /// A kind of things that people are told.
    pub enum NoticeKind {
        /// Somebody asks for what the person decides about.
        Asked = "asked",
        /// What the person asked for was decided.
        Decided = "decided",
        /// Access was given to the person, was moved or taken away.
        Changed = "changed",
        /// Access of the person ends soon.
        Ending = "ending",
        /// A token of the person, or of a service of theirs, ends soon.
        Token = "token",
        /// What is told outside does not arrive; told to admins.
        Failing = "failing",
    }
}

/// What a person wants to be told. Whoever has none wants all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preferences {
    /// Whose: the id of the user, so that nobody has two.
    pub id: Id<Preferences>,
    /// What they do not want.
    #[serde(default)]
    pub off: BTreeSet<NoticeKind>,
}

impl Preferences {
    /// Those of somebody.
    #[must_use]
    pub const fn of(user: Id<User>, off: BTreeSet<NoticeKind>) -> Self {
        let id = Self::id_of(user);
        Self { id, off }
    }

    /// What those of somebody are called.
    #[must_use]
    pub const fn id_of(user: Id<User>) -> Id<Self> {
        Id::new(user.uuid())
    }

    /// Whose they are.
    #[must_use]
    pub const fn user(&self) -> Id<User> {
        Id::new(self.id.uuid())
    }
}
