//! Who is in what.

use serde::{Deserialize, Serialize};

use crate::{Actor, Group, Id, MembershipKind, User, Validity, name::Reason};

/// A user is directly in a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Membership {
    /// Identifies the fact over its extensions.
    pub id: Id<Membership>,
    /// Who.
    pub user: Id<User>,
    /// In what.
    pub group: Id<Group>,
    /// As member or owner.
    pub kind: MembershipKind,
    /// When.
    #[serde(flatten)]
    pub validity: Validity,
    /// Why, in the granter's words.
    #[serde(default)]
    pub reason: Reason,
    /// Who granted it.
    pub granted_by: Actor,
    /// The request it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Id<crate::Request>>,
}

/// The members of one group are members or owners of another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inclusion {
    /// Identifies the fact over its extensions.
    pub id: Id<Inclusion>,
    /// Whose members are meant: a role, or a group nested by an outside system.
    pub child: Id<Group>,
    /// What they get into.
    pub target: Id<Group>,
    /// As what.
    pub kind: MembershipKind,
    /// When.
    #[serde(flatten)]
    pub validity: Validity,
    /// Why, in the granter's words.
    #[serde(default)]
    pub reason: Reason,
    /// Who granted it.
    pub granted_by: Actor,
}
