//! Who a user is elsewhere: one record for each name an outside system knows them by.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{ConnectorId, Context, Edit, Id, Refusal, User};

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

/// More letters than this identify nobody.
const MOST: usize = 255;

impl Identity {
    /// The edit that says who a user is elsewhere.
    ///
    /// # Errors
    /// The external id is empty or too long.
    pub fn link(
        context: &Context,
        user: Id<User>,
        connector: ConnectorId,
        external_id: &str,
    ) -> Result<Edit<Self>, Refusal> {
        if external_id.is_empty() || external_id.chars().count() > MOST {
            let wrong = format!("an id in another system has 1 to {MOST} characters");
            return Err(Refusal::invalid("external_id", wrong));
        }
        Ok(Edit::create(Self {
            id: context.id(),
            user,
            connector,
            external_id: external_id.into(),
        }))
    }
}
