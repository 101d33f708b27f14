//! A sign-in between there and back.

use std::fmt;

use portcullis_model::{ConnectorId, Timestamp};
use serde::{Deserialize, Serialize};

/// How many seconds it may take at most.
pub const LONGEST: u64 = 600;

/// What must be kept, where only the browser that began has it, until it comes back.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// With whom.
    pub provider: ConnectorId,
    /// What the answer must repeat.
    pub state: String,
    /// What the ID token must repeat.
    pub nonce: String,
    /// What proves to the provider that it was us who began.
    pub verifier: String,
    /// When.
    pub at: Timestamp,
    /// What was asked for, and must be so.
    pub max_age: Option<u64>,
    /// What was asked for, and one of which must be so.
    pub acr_values: Vec<String>,
}

/// All of it is secret.
impl fmt::Debug for Begun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a sign-in with `{}` begun at {}", self.provider, self.at)
    }
}
