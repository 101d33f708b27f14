//! People and services.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    ConnectorId, Id,
    name::{Email, Login, Name},
    words,
};

/// A person, service or agent known to the directory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct User {
    /// Identifies the user.
    pub id: Id<User>,
    /// The source that keeps it and alone may change it; none where it was made in Portcullis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<ConnectorId>,
    /// Unique among living users, whatever the case.
    pub login: Login,
    /// As people call them.
    pub name: Name,
    /// Where they can be written to; unique among living users.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
    /// A person, a program with an identity of its own, or one that acts for somebody.
    #[serde(default)]
    pub kind: UserKind,
    /// Whom they report to; an agent's sponsor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manager: Option<Id<User>>,
    /// Profile attributes by name, as the directory gives them (`Title`, `Department`, …).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, serde_json::Value>,
}

impl User {
    /// What they do, as the directory has it; empty where it does not say.
    #[must_use]
    pub fn title(&self) -> &str {
        let known = |name: &str| {
            let mut all = self.attributes.iter();
            let found = all.find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.and_then(|(_, value)| value.as_str())
        };
        known("title")
            .or_else(|| known("department"))
            .unwrap_or_default()
    }
}

words! {
    /// What kind of subject a user is.
    #[derive(Default)]
    pub enum UserKind {
        /// A human being.
        #[default]
        Person = "person",
        /// A program.
        Service = "service",
        /// A program that acts for a person, its sponsor: it has at most what they have, and rules judge it as
        /// they judge them.
        Agent = "agent",
    }
}
