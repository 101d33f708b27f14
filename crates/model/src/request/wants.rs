//! What can be asked for, and what it is about. Another kind of request is another variant here;
//! who decides and what granting it makes is said in `pending`.

use serde::{Deserialize, Serialize};

use crate::{
    App, Group, GroupKind, Id, MembershipKind, Tag,
    name::{Description, Name},
    record::Authority,
};

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "wants", rename_all = "snake_case")]
pub enum Wants {
    /// To be in a group.
    Membership {
        /// Which group.
        group: Id<Group>,
        /// As member or owner.
        kind: MembershipKind,
    },
    /// That the members of a role are in a group.
    Inclusion {
        /// Which role.
        role: Id<Group>,
        /// Which group.
        group: Id<Group>,
        /// As members or owners.
        kind: MembershipKind,
    },
    /// A new group, owned by who asks.
    NewGroup {
        /// Its name.
        name: Name,
        /// What it is for.
        #[serde(default)]
        description: Description,
        /// Plain, a role, or one of an app's.
        #[serde(rename = "as")]
        kind: GroupKind,
        /// The tags it would have.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        tags: Vec<Id<Tag>>,
    },
}

/// What a request is about, which says who decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// An existing group: its owners decide.
    Group(Id<Group>),
    /// An app that would get a group: its owners decide.
    App(Id<App>),
    /// The directory itself: admins decide.
    Directory,
}

impl Wants {
    /// A text that is the same for requests that want the same.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Membership { group, kind } => format!("membership:{group}:{kind}"),
            Self::Inclusion { role, group, kind } => format!("inclusion:{role}:{group}:{kind}"),
            Self::NewGroup { name, .. } => format!("group:{}", name.key()),
        }
    }

    /// What it is about.
    #[must_use]
    pub const fn target(&self) -> Target {
        match self {
            Self::Membership { group, .. } | Self::Inclusion { group, .. } => Target::Group(*group),
            Self::NewGroup {
                kind: GroupKind::App { app, .. },
                ..
            } => Target::App(*app),
            Self::NewGroup { .. } => Target::Directory,
        }
    }

    /// The existing group it is about, if it is about one.
    #[must_use]
    pub const fn group(&self) -> Option<Id<Group>> {
        match self.target() {
            Target::Group(group) => Some(group),
            Target::App(_) | Target::Directory => None,
        }
    }

    /// As what somebody would be in a group that is there, if it is about that.
    #[must_use]
    pub const fn kind(&self) -> Option<MembershipKind> {
        match self {
            Self::Membership { kind, .. } | Self::Inclusion { kind, .. } => Some(*kind),
            Self::NewGroup { .. } => None,
        }
    }

    /// The group that granting it makes, under that id.
    #[must_use]
    pub fn new_group(&self, id: Id<Group>) -> Option<Group> {
        match self {
            Self::Membership { .. } | Self::Inclusion { .. } => None,
            Self::NewGroup {
                name,
                description,
                kind,
                tags,
            } => Some(Group {
                id,
                source: None,
                name: name.clone(),
                description: description.clone(),
                kind: *kind,
                authority: Authority::default(),
                tags: tags.clone(),
            }),
        }
    }

    /// The groups that have to exist for it to be granted.
    #[must_use]
    pub fn groups(&self) -> Vec<Id<Group>> {
        match self {
            Self::Membership { group, .. } => vec![*group],
            Self::Inclusion { role, group, .. } => vec![*group, *role],
            Self::NewGroup { .. } => Vec::new(),
        }
    }
}
