//! What membership of a group confers. Each kind of entitlement is one file here that compiles to
//! rules of the one language in `portcullis-rules`.

mod permission;
mod rules;

use portcullis_rules::Rule;
use serde::{Deserialize, Serialize};

pub use permission::{ENVIRONMENT, PERMISSION_ACTION, PERMISSION_TYPE, Permission};
pub use rules::Rules;

use crate::{Actor, Group, Id, Validity, name::Reason, words};

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
    /// A list of rules.
    Rules(Rules),
}

words! {
    /// The kinds of entitlement, by name.
    pub enum EntitlementKind {
        /// A named permission.
        Permission = "permission",
        /// A list of rules.
        Rules = "rules",
    }
}

impl Grant {
    /// Which kind it is.
    #[must_use]
    pub const fn kind(&self) -> EntitlementKind {
        match self {
            Self::Permission(_) => EntitlementKind::Permission,
            Self::Rules(_) => EntitlementKind::Rules,
        }
    }

    /// The name a group may hold this kind of grant under only once.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Permission(permission) => permission.name.key(),
            Self::Rules(list) => list.name.key(),
        }
    }

    /// How it is called in sentences and lists.
    #[must_use]
    pub fn label(&self) -> &str {
        match self {
            Self::Permission(permission) => &permission.name,
            Self::Rules(list) => &list.name,
        }
    }

    /// The named permission, if that is what it is.
    #[must_use]
    pub const fn permission(&self) -> Option<&Permission> {
        match self {
            Self::Permission(permission) => Some(permission),
            Self::Rules(_) => None,
        }
    }

    /// The list of rules, if that is what it is.
    #[must_use]
    pub const fn rules(&self) -> Option<&Rules> {
        match self {
            Self::Permission(_) => None,
            Self::Rules(list) => Some(list),
        }
    }

    /// Lists of higher priority are asked first. Permissions stand at 0.
    #[must_use]
    pub const fn priority(&self) -> i32 {
        match self {
            Self::Permission(_) => 0,
            Self::Rules(list) => list.priority,
        }
    }

    /// What it says in the one language of rules.
    #[must_use]
    pub fn to_rules(&self) -> Vec<Rule> {
        match self {
            Self::Permission(permission) => vec![permission.rule()],
            Self::Rules(list) => list.rules.0.clone(),
        }
    }
}
