//! The hash chain over the log: each entry's hash covers the one before it, so that a row edited
//! or taken out behind the program's back shows. It cannot show a log whose end was cut off and
//! whose head was rewritten to match: whoever must rule that out keeps a copy of the last hash
//! elsewhere ([`Verified::hash`](crate::Verified)).

use portcullis_model::{Position, Timestamp};
use sha2::{Digest as _, Sha256};

use crate::{Subject, body::Body};

/// A SHA-256.
pub(crate) type Hash = [u8; 32];

/// Everything of a log row that the chain covers.
pub(crate) struct Canonical<'a> {
    pub(crate) position: Position,
    pub(crate) at: Timestamp,
    pub(crate) actor: &'a str,
    pub(crate) actor_login: Option<&'a str>,
    pub(crate) operation: &'a str,
    pub(crate) undoes: Option<Position>,
    pub(crate) body: &'a Body,
    pub(crate) subjects: &'a [Subject],
}

impl Canonical<'_> {
    /// The hash of this row after `previous`. Every part goes in with its length before it, so
    /// that no two rows run together into the same bytes.
    pub(crate) fn hash(&self, previous: &Hash) -> Hash {
        let mut sha = Sha256::new();
        let mut whole = |pieces: &mut dyn Iterator<Item = &[u8]>, length: usize| {
            sha.update((length as u64).to_be_bytes());
            pieces.for_each(|piece| sha.update(piece));
        };
        let mut part = |bytes: &[u8]| whole(&mut std::iter::once(bytes), bytes.len());
        part(previous);
        part(&self.position.0.to_be_bytes());
        part(&self.at.micros().to_be_bytes());
        part(self.actor.as_bytes());
        part(self.actor_login.map_or(&[][..], str::as_bytes));
        part(self.operation.as_bytes());
        part(&self.undoes.map_or(0, |p| p.0).to_be_bytes());
        let pieces = self.body.pieces();
        let length = pieces.clone().map(str::len).sum();
        whole(&mut pieces.map(str::as_bytes), length);
        let mut part = |bytes: &[u8]| whole(&mut std::iter::once(bytes), bytes.len());
        for subject in self.subjects {
            part(subject.kind.as_str().as_bytes());
            part(subject.id.as_bytes());
            part(subject.label.as_bytes());
        }
        sha.finalize().into()
    }
}

/// A stored hash.
pub(crate) fn read(bytes: &[u8]) -> Result<Hash, crate::StoreError> {
    bytes
        .try_into()
        .map_err(|_| crate::StoreError::corrupt("hash", "it has not 32 bytes"))
}
