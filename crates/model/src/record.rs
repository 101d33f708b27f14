//! What all facts have in common, and those about things outside: resources and identities.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{ConnectorId, Entitlement, Id, Request, Tag};
pub use crate::{
    group::{App, AppOrigin, AppPart, Authority, Group, GroupKind},
    membership::{Inclusion, Membership},
    membership_kind::MembershipKind,
    user::{User, UserKind},
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
