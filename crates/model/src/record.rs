//! The facts: people, groups, apps, and who is in what.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    Actor, ConnectorId, Entitlement, Id, Request, Tag, Validity,
    name::{Description, Email, Login, Name, Reason},
    words,
};

/// Something with an identity that a [`crate::ChangeSet`] creates, edits or ends.
pub trait Record: Clone + PartialEq {
    /// Its identity, the same over all its versions.
    fn id(&self) -> Id<Self>;
}

macro_rules! record {
    ($($name:ident),*) => {$(
        impl Record for $name {
            fn id(&self) -> Id<Self> {
                self.id
            }
        }
    )*};
}
record!(
    User,
    Group,
    App,
    Tag,
    Membership,
    Inclusion,
    Entitlement,
    Request,
    Resource,
    Identity
);

/// A person or service known to the directory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct User {
    /// Identifies the user.
    pub id: Id<User>,
    /// Unique among living users, whatever the case.
    pub login: Login,
    /// As people call them.
    pub name: Name,
    /// Where they can be written to; unique among living users.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
    /// A person, or a program with an identity of its own.
    #[serde(default)]
    pub kind: UserKind,
    /// Whom they report to.
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

/// What kind of subject a user is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserKind {
    /// A human being.
    #[default]
    Person,
    /// A program.
    Service,
}

/// A set of users with owners.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Identifies the group.
    pub id: Id<Group>,
    /// Unique among living groups, whatever the case.
    pub name: Name,
    /// What it is for.
    #[serde(default)]
    pub description: Description,
    /// Plain, role, or part of an app.
    #[serde(flatten)]
    pub kind: GroupKind,
    /// Who is the authority over it.
    #[serde(default)]
    pub authority: Authority,
    /// Tags set on the group itself; an app's tags reach its groups without being copied.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Id<Tag>>,
}

/// What a group is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum GroupKind {
    /// Just people.
    Group,
    /// A job function: may be included in groups, is the target of none.
    Role,
    /// One of an app's groups.
    App {
        /// The app it belongs to.
        app: Id<App>,
        /// Whether its owners own the app.
        #[serde(default)]
        part: AppPart,
    },
}

/// What part an app group plays in its app.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppPart {
    /// Gives access to the app.
    #[default]
    Access,
    /// Its owners own the app.
    Owners,
}

/// Who decides what is true of a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", from = "StoredAuthority")]
pub enum Authority {
    /// Portcullis is: people change it here and it is pushed outside.
    #[default]
    Portcullis,
    /// The outside system behind that connector is: it is only mirrored here.
    External(ConnectorId),
}

/// An authority as it was written, also by a version that did not say which outside system it is.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredAuthority {
    #[serde(alias = "managed")]
    Portcullis,
    Unmanaged,
    External(ConnectorId),
}

impl From<StoredAuthority> for Authority {
    fn from(stored: StoredAuthority) -> Self {
        match stored {
            StoredAuthority::Portcullis => Self::Portcullis,
            StoredAuthority::Unmanaged => Self::External(ConnectorId::EXTERNAL),
            StoredAuthority::External(id) => Self::External(id),
        }
    }
}

impl Group {
    /// Whether it is a role.
    #[must_use]
    pub const fn is_role(&self) -> bool {
        matches!(self.kind, GroupKind::Role)
    }

    /// The app it belongs to, if it is an app group.
    #[must_use]
    pub const fn app(&self) -> Option<Id<App>> {
        match self.kind {
            GroupKind::App { app, .. } => Some(app),
            _ => None,
        }
    }

    /// Whether its owners own its app.
    #[must_use]
    pub const fn is_owners_group(&self) -> bool {
        matches!(
            self.kind,
            GroupKind::App {
                part: AppPart::Owners,
                ..
            }
        )
    }

    /// Whether Portcullis is the authority over it.
    #[must_use]
    pub const fn is_managed(&self) -> bool {
        matches!(self.authority, Authority::Portcullis)
    }

    /// `group`, `role` or `app group`, for sentences.
    #[must_use]
    pub const fn noun(&self) -> &'static str {
        self.kind.noun()
    }
}

impl GroupKind {
    /// `group`, `role` or `app group`, for sentences.
    #[must_use]
    pub const fn noun(&self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Role => "role",
            Self::App { .. } => "app group",
        }
    }
}

/// A system people need access to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct App {
    /// Identifies the app.
    pub id: Id<App>,
    /// Unique among living apps, whatever the case.
    pub name: Name,
    /// What it is for.
    #[serde(default)]
    pub description: Description,
    /// Tags that reach all its groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Id<Tag>>,
    /// Whether it stands for Portcullis itself: members of its owners group are admins.
    #[serde(default)]
    pub origin: AppOrigin,
}

/// Where an app comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppOrigin {
    /// Somebody made it.
    #[default]
    Made,
    /// It is Portcullis itself; it cannot be renamed or deleted.
    BuiltIn,
}

words! {
    /// How somebody is in a group.
    pub enum MembershipKind {
        /// Has what the group confers.
        Member = "member",
        /// Decides who is in it.
        Owner = "owner",
    }
}

impl MembershipKind {
    /// `membership` or `ownership`, for sentences.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Member => "membership",
            Self::Owner => "ownership",
        }
    }
}

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
    pub request: Option<Id<Request>>,
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

/// A thing registered with the properties that decisions about it may look at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resource {
    /// Identifies the registration.
    pub id: Id<Resource>,
    /// Its type in requests, such as `document`.
    pub resource_type: Arc<str>,
    /// Its id in requests; unique in its type.
    pub resource_id: Arc<str>,
    /// What is known of it; a request cannot override these.
    #[serde(default)]
    pub properties: BTreeMap<String, serde_json::Value>,
}

/// A user as an outside system knows them: an Okta id, a GitHub id, an OpenID Connect subject (the
/// connector is the provider as configured), a verified e-mail address (the connector is `email`).
///
/// Whoever signs in or is named by a source is found by this, exactly, and never by a name that
/// looks alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Identifies the record.
    pub id: Id<Identity>,
    /// Whose.
    pub user: Id<User>,
    /// In which system.
    pub connector: ConnectorId,
    /// What they are called there, to the letter; unique in the system.
    pub external_id: Arc<str>,
}
