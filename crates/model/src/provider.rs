//! Identity providers that were set up in the portal. Those of the configuration are no records: who
//! runs the server says what they are.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{ConnectorId, Id, Name, words};

words! {
    /// Who signs in for the first time is whom.
    pub enum LinkBy {
        /// Whom an admin or a source has linked.
        Subject = "subject",
        /// Also who has that verified e-mail address here.
        VerifiedEmail = "verified_email",
    }
}

words! {
    /// What becomes of people nobody knows.
    pub enum Unknown {
        /// They are not let in.
        Refuse = "refuse",
        /// They are made known.
        Create = "create",
    }
}

words! {
    /// Whether people sign in by it.
    pub enum ProviderState {
        /// It has not been tried as it is: nobody does.
        Draft = "draft",
        /// They do.
        On = "on",
        /// Nobody does any more.
        Off = "off",
    }
}

/// An identity provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provider {
    /// Identifies the record.
    pub id: Id<Provider>,
    /// What it is called in addresses, in the log and where people are linked; unique.
    pub name: ConnectorId,
    /// What people call it.
    pub title: Name,
    /// What it calls itself, to the letter.
    pub issuer: Arc<str>,
    /// What this program is called there.
    pub client_id: Arc<str>,
    /// Under which number the secret it was given there is kept, which is not here; none for a public client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<Uuid>,
    /// How somebody is found who signs in for the first time.
    pub link_by: LinkBy,
    /// What becomes of people nobody knows.
    pub unknown: Unknown,
    /// Whether people sign in by it.
    pub state: ProviderState,
}

impl Provider {
    /// Whether it is spoken to as `other` is: what was tried of one holds for both.
    #[must_use]
    pub fn is_reached_as(&self, other: &Self) -> bool {
        let how = |it: &Self| (it.issuer.clone(), it.client_id.clone(), it.secret);
        how(self) == how(other)
    }
}
