//! Bearer tokens, known by their digest.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::Token;

/// The token whose digest is that of `given`. Looks at all of them, whatever it finds.
pub(super) fn find<'t>(tokens: &'t [Token], given: &str) -> Option<&'t Token> {
    let digest: [u8; 32] = Sha256::digest(given.as_bytes()).into();
    tokens.iter().fold(None, |found, token| {
        if token.sha256.ct_eq(&digest).into() {
            Some(token)
        } else {
            found
        }
    })
}
