//! Secrets that are made here, shown once, and known by their digests from then on.

use portcullis_model::Digest;
use sha2::{Digest as _, Sha256};

/// A secret of 256 random bits. Its text is for whoever is to have it and for nobody else.
pub struct Secret(String);

impl Secret {
    /// A new one, whose text begins with `prefix`, so that it is recognised where it was lost.
    #[must_use]
    pub fn new(prefix: &str) -> Self {
        let mut bytes = [0; 32];
        // What could be guessed must never be handed out.
        assert!(
            getrandom::fill(&mut bytes).is_ok(),
            "the operating system gives no random bytes"
        );
        Self(format!("{prefix}{}", Digest(bytes)))
    }

    /// The text.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        digest(&self.0)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What is kept of a secret that somebody brings.
#[must_use]
pub fn digest(secret: &str) -> Digest {
    Digest(Sha256::digest(secret.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_printed_and_no_two_are_alike() {
        let (one, other) = (Secret::new("pct_"), Secret::new("pct_"));
        assert_eq!(format!("{one:?}"), "Secret(…)");
        assert!(one.reveal().starts_with("pct_") && one.reveal().len() == 68);
        assert_ne!(one.reveal(), other.reveal());
        assert_eq!(one.digest(), digest(one.reveal()));
    }
}
