//! The hash chain over the log: each entry's hash covers the one before it, so that a row edited
//! or taken out behind the program's back shows. It cannot show a log whose end was cut off and
//! whose head was rewritten to match: whoever must rule that out keeps a copy of the last hash
//! elsewhere ([`Verified::hash`](crate::Verified)).

use portcullis_model::{Position, Timestamp};
use sha2::{Digest as _, Sha256};

use crate::Subject;

/// A SHA-256.
pub(crate) type Hash = [u8; 32];

/// A text that the chain covers, which may be too long to be held whole.
pub(crate) trait Covered {
    /// How long it is, in bytes.
    fn length(&self) -> usize;

    /// Gives all of it, piece by piece.
    fn cover(&self, take: &mut dyn FnMut(&[u8]));
}

/// Everything of a log row that the chain covers.
pub(crate) struct Canonical<'a> {
    pub(crate) position: Position,
    pub(crate) at: Timestamp,
    pub(crate) actor: &'a str,
    pub(crate) actor_login: Option<&'a str>,
    pub(crate) operation: &'a str,
    pub(crate) undoes: Option<Position>,
    pub(crate) body: &'a dyn Covered,
    pub(crate) subjects: &'a [Subject],
}

impl Canonical<'_> {
    /// The hash of this row after `previous`. Every part goes in with its length before it, so
    /// that no two rows run together into the same bytes.
    pub(crate) fn hash(&self, previous: &Hash) -> Hash {
        let mut sha = Sha256::new();
        let part = |sha: &mut Sha256, bytes: &[u8]| {
            sha.update((bytes.len() as u64).to_be_bytes());
            sha.update(bytes);
        };
        part(&mut sha, previous);
        part(&mut sha, &self.position.0.to_be_bytes());
        part(&mut sha, &self.at.micros().to_be_bytes());
        part(&mut sha, self.actor.as_bytes());
        part(&mut sha, self.actor_login.map_or(&[][..], str::as_bytes));
        part(&mut sha, self.operation.as_bytes());
        part(&mut sha, &self.undoes.map_or(0, |p| p.0).to_be_bytes());
        sha.update((self.body.length() as u64).to_be_bytes());
        self.body.cover(&mut |piece| sha.update(piece));
        for subject in self.subjects {
            part(&mut sha, subject.kind.as_str().as_bytes());
            part(&mut sha, subject.id.as_bytes());
            part(&mut sha, subject.label.as_bytes());
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
