//! Where a webhook goes, and what proves it is ours.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use portcullis_app::notices::EventFilter;

use crate::http::{Reach, Url};

/// A webhook.
#[derive(Clone)]
pub struct Webhook {
    /// The sink's name.
    pub name: String,
    /// Where it goes; may hold a secret.
    pub url: Url,
    /// What it is signed with, all of them: while they are changed the receiver knows one of two.
    pub keys: Vec<Key>,
    /// Which events go there.
    pub events: EventFilter,
    /// Where the URL may lead.
    pub reach: Reach,
    /// What the events say they come from.
    pub source: String,
}

/// A secret to sign with.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(Vec<u8>);

impl Key {
    /// Reads `whsec_` and 24 to 64 bytes in base64.
    ///
    /// # Errors
    /// What is wrong, and nothing of the secret.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        const WANTED: &str = "a webhook's secret is `whsec_` and 24 to 64 random bytes in base64; make one with `echo whsec_$(openssl rand -base64 32)`";
        let text = text.trim();
        let bytes = STANDARD.decode(text.strip_prefix("whsec_").unwrap_or(text));
        let bytes = bytes.map_err(|_| WANTED)?;
        if (24..=64).contains(&bytes.len()) {
            Ok(Self(bytes))
        } else {
            Err(WANTED)
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("set (not shown)")
    }
}
