//! Groups, roles and the apps that have groups.

use serde::{Deserialize, Serialize};

use crate::{
    ConnectorId, Id, Tag,
    name::{Description, Name},
};

/// A set of users with owners.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Identifies the group.
    pub id: Id<Group>,
    /// The source that keeps it and alone may change it; none where it was made in Portcullis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<ConnectorId>,
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
    /// The source that keeps it and alone may change it; none where it was made in Portcullis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<ConnectorId>,
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
