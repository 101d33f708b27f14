//! What all facts have in common, and those about things outside: resources and identities.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    ConnectorId, Credential, Entitlement, Id, Preferences, Provider, RecordKind, Request, Tag,
};
pub use crate::{
    group::{App, AppOrigin, AppPart, Authority, Group, GroupKind},
    membership::{Inclusion, Membership},
    membership_kind::MembershipKind,
    user::{User, UserKind},
};

/// Something with an identity that a [`crate::ChangeSet`] creates, edits or ends.
pub trait Record: Clone + PartialEq {
    /// Which kind it is.
    const KIND: RecordKind;

    /// Its identity, the same over all its versions.
    fn id(&self) -> Id<Self>;
}

macro_rules! record {
    (() $($(#[$doc:meta])* $Record:ident = $text:literal, $plural:literal;)+) => {$(
        impl Record for $Record {
            const KIND: RecordKind = RecordKind::$Record;

            fn id(&self) -> Id<Self> {
                self.id
            }
        }
    )+};
}
crate::records!(record!());

/// A record that a source may make, by the name the source keeps it under.
pub trait Sourced: Record {
    /// The source that keeps it.
    fn source(&self) -> Option<ConnectorId>;
    /// The same, kept by `source`, or by Portcullis.
    #[must_use]
    fn kept_by(self, source: Option<ConnectorId>) -> Self;
    /// As it is called in a sentence: `` the group `core` ``.
    fn called(&self) -> String;
}

macro_rules! sourced {
    ($($Name:ident: $this:ident => $called:expr;)*) => {$(
        impl Sourced for $Name {
            fn source(&self) -> Option<ConnectorId> {
                self.source
            }
            fn kept_by(self, source: Option<ConnectorId>) -> Self {
                Self { source, ..self }
            }
            fn called(&self) -> String {
                let $this = self;
                $called
            }
        }
    )*};
}
sourced! {
    User: user => format!("the user `{}`", user.login);
    Group: group => format!("the {} `{}`", group.noun(), group.name);
    App: app => format!("the app `{}`", app.name);
    Resource: it => format!("the resource `{}:{}`", it.resource_type, it.resource_id);
}

/// A thing registered with the properties that decisions about it may look at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resource {
    /// Identifies the registration.
    pub id: Id<Resource>,
    /// The source that keeps it and alone may change it; none where it was made in Portcullis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<ConnectorId>,
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
