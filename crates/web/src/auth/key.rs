//! What signs the things browsers and programs are given to bring back.

use std::{fmt, sync::Arc};

use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

/// Signs what is handed out and must come back unchanged: sessions, form tokens, cursors. Whoever
/// has the same secret accepts it, also after a restart. Cheap to clone, and never printed.
#[derive(Clone)]
pub struct SigningKey(Arc<Hmac<Sha256>>);

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

impl SigningKey {
    /// The fewest bytes of a secret.
    pub const LEAST: usize = 32;

    /// The key made of `secret`; `None` where it is shorter than [`SigningKey::LEAST`].
    #[must_use]
    pub fn new(secret: &[u8]) -> Option<Self> {
        if secret.len() < Self::LEAST {
            return None;
        }
        Hmac::new_from_slice(secret)
            .ok()
            .map(|mac| Self(Arc::new(mac)))
    }

    /// A signature over `text` for one purpose, in hexadecimal.
    pub(crate) fn sign(&self, purpose: &str, text: &str) -> String {
        let mut mac = Hmac::clone(&self.0);
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(text.as_bytes());
        format!("{:x}", mac.finalize().into_bytes())
    }

    /// Whether `signature` is ours, for this purpose and text; takes as long wherever it differs.
    pub(crate) fn verify(&self, purpose: &str, text: &str, signature: &str) -> bool {
        let ours = self.sign(purpose, text);
        ours.as_bytes().ct_eq(signature.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_secret_makes_no_key_and_a_key_is_not_printed() {
        assert!(SigningKey::new(&[b'x'; 31]).is_none());
        let key = SigningKey::new(&[b'x'; 32]).unwrap();
        assert_eq!(format!("{key:?}"), "SigningKey(…)");
    }

    #[test]
    fn a_signature_holds_for_its_purpose_text_and_key_only() {
        let key = SigningKey::new(&[1; 32]).unwrap();
        let signature = key.sign("form", "abc");
        assert!(key.verify("form", "abc", &signature));
        assert!(!key.verify("session", "abc", &signature));
        assert!(!key.verify("form", "abd", &signature));
        assert!(!key.verify("form", "abc", &signature[1..]));
        assert!(
            !SigningKey::new(&[2; 32])
                .unwrap()
                .verify("form", "abc", &signature)
        );
    }
}
