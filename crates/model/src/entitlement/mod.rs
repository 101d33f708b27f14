//! What membership of a group confers. Each kind of entitlement is one file here that compiles to
//! rules of the one language in `portcullis-rules`.

mod permission;

use serde::{Deserialize, Serialize};

pub use permission::Permission;

use crate::{Actor, Group, Id, Validity, name::Reason};

/// A group holds an entitlement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entitlement {
    /// Identifies the fact.
    pub id: Id<Entitlement>,
    /// Whose members hold it.
    pub group: Id<Group>,
    /// What it confers.
    #[serde(flatten)]
    pub grant: Grant,
    /// When.
    #[serde(flatten)]
    pub validity: Validity,
    /// Why, in the granter's words.
    #[serde(default)]
    pub reason: Reason,
    /// Who granted it.
    pub granted_by: Actor,
}

/// The kinds of entitlement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "grant", rename_all = "snake_case")]
pub enum Grant {
    /// A named permission.
    Permission(Permission),
}

impl Grant {
    /// The kind, as in the API.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Permission(_) => "permission",
        }
    }

    /// The name a group may hold this kind of grant under only once.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Permission(permission) => permission.name.key(),
        }
    }

    /// How it is called in sentences and lists.
    #[must_use]
    pub fn label(&self) -> &str {
        match self {
            Self::Permission(permission) => &permission.name,
        }
    }

    /// The named permission, if that is what it is.
    #[must_use]
    pub const fn permission(&self) -> Option<&Permission> {
        match self {
            Self::Permission(permission) => Some(permission),
        }
    }
}
