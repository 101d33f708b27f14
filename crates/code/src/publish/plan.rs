//! What a store is to write, so that a reader has the old generation or the new one, and nothing between.

use std::{collections::BTreeMap, fmt};

use portcullis_model::Timestamp;

use super::{
    Digest, FileEntry, Manifest, Publication, PublishError, Signer, Stale, Trouble, VERSION,
    manifest::in_generation,
};

/// One thing to write; in the order they are given, and the next one only when the last is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// From the top of what is published to, with `/`.
    pub path: String,
    /// The whole content.
    pub bytes: Vec<u8>,
    /// What must hold, so that nobody else's is overwritten.
    pub condition: Condition,
}

/// What a store must promise of a write. A store that can neither put if absent (`If-None-Match: *`) nor put
/// if it matches (`If-Match`) cannot be published to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Put if absent. Where it is there already with these bytes: done, as one generation is always the same.
    /// With others, somebody has changed the store: stop, and say so.
    Immutable,
    /// Put if absent. Where it is there already it stays: done.
    KeepFirst,
    /// Put if absent. Where it is there already another publisher was first: stop, and say so.
    First,
    /// Put if what is there is what was read, which has this digest. Else another publisher was first: stop,
    /// and say so.
    Replaces(Digest),
}

/// How one publishes.
#[derive(Clone, Copy, Default)]
pub struct Publisher<'p> {
    /// Signs the manifests, where they are to be signed.
    pub signer: Option<&'p dyn Signer>,
    /// After how many seconds a manifest is written again though nothing has changed. Without it a publisher
    /// that finds nothing new writes nothing, ever, and a reader cannot tell it from one that has died.
    pub renew_every: Option<u32>,
}

impl fmt::Debug for Publisher<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publisher")
            .field("signer", &self.signer.map(Signer::key_id))
            .field("renew_every", &self.renew_every)
            .finish()
    }
}

impl Publisher<'_> {
    /// What is to be written where `old` is published: the files that have changed, then the manifest; nothing
    /// where nothing has changed. A new commit, or a later reading of the directory, that gives the same is no
    /// change. `old` must have been read with the trust that readers have, for it is built upon.
    ///
    /// # Errors
    /// [`PublishError::OtherEnvironment`], [`PublishError::OlderDirectory`] and what signing can fail with.
    pub fn what_to_write(
        &self,
        old: Option<&Manifest>,
        new: &Publication,
    ) -> Result<Vec<Write>, PublishError> {
        let about = &new.about;
        if let Some(old) = old {
            if old.environment != new.environment {
                return Err(PublishError::OtherEnvironment {
                    found: old.environment.clone(),
                    expected: new.environment.clone(),
                });
            }
            if let (Some(was), Some(is)) = (old.directory_read_at, about.directory_read_at)
                && is < was
            {
                return Err(PublishError::OlderDirectory { new: is, old: was });
            }
        }
        let mut files = BTreeMap::new();
        let mut data = Vec::new();
        for (name, bytes) in &new.files {
            let sha256 = Digest::of(bytes);
            let known = old.and_then(|old| old.files.get(name));
            let entry = match known.filter(|known| known.sha256 == sha256) {
                Some(known) => known.clone(),
                None => {
                    data.push(immutable(new, name, bytes.clone()));
                    FileEntry {
                        generation: new.generation.clone(),
                        sha256,
                        size: bytes.len(),
                    }
                }
            };
            files.insert(name.clone(), entry);
        }
        let same = old.filter(|old| old.generation == new.generation);
        let manifest = Manifest {
            checked_at: about.now,
            counts: new.counts,
            created_at: same.map_or(about.now, |same| same.created_at),
            directory_read_at: about.directory_read_at,
            environment: new.environment.clone(),
            files,
            generation: new.generation.clone(),
            long_names: new.long_names.clone(),
            next_expiry: about.next_expiry,
            renewed_every: self.renew_every,
            sequence: 0,
            signature: None,
            source: same.map_or_else(|| about.source.clone(), |same| same.source.clone()),
            stale: None,
            version: VERSION,
        };
        if old.is_some_and(|old| self.is_enough(old, &manifest)) {
            return Ok(Vec::new());
        }
        let (bytes, last) = self.replace(old, manifest)?;
        if same.is_none() {
            data.push(Write {
                condition: Condition::KeepFirst,
                ..immutable(new, "manifest.json", bytes)
            });
        }
        data.push(last);
        Ok(data)
    }

    /// What is to be written where the sources gave no answer that may be published: at most the manifest of
    /// what is published, which then says since when. Its files and its generation stay. `last_read_at` is when
    /// the directory was last read wholly, where that is known better than the manifest knows it.
    ///
    /// # Errors
    /// What signing can fail with.
    pub fn mark_stale(
        &self,
        old: &Manifest,
        reason: Trouble,
        now: Timestamp,
        last_read_at: Option<Timestamp>,
    ) -> Result<Option<Write>, PublishError> {
        if old.stale.is_some() {
            return Ok(None);
        }
        let manifest = Manifest {
            directory_read_at: old.directory_read_at.max(last_read_at),
            stale: Some(Stale { reason, since: now }),
            ..old.clone()
        };
        Ok(Some(self.replace(Some(old), manifest)?.1))
    }

    /// Whether what is published says all that a new manifest would, and is not due to be renewed.
    fn is_enough(&self, old: &Manifest, new: &Manifest) -> bool {
        let signed_by = old.signature.as_ref().map(|by| by.key_id.as_str());
        let is_due = self
            .renew_every
            .is_some_and(|every| new.checked_at.seconds_since(old.checked_at) >= i64::from(every));
        let timeless = |manifest: &Manifest| Manifest {
            checked_at: new.checked_at,
            directory_read_at: None,
            sequence: 0,
            signature: None,
            ..manifest.clone()
        };
        // Without a key, a signed manifest is not replaced by one that is not: `replace` tells of it.
        signed_by == self.signer.map(Signer::key_id) && !is_due && timeless(old) == timeless(new)
    }

    /// The manifest, numbered and signed, as bytes and as what replaces the old one.
    fn replace(
        &self,
        old: Option<&Manifest>,
        mut manifest: Manifest,
    ) -> Result<(Vec<u8>, Write), PublishError> {
        manifest.sequence = old.map_or(1, |old| old.sequence.saturating_add(1));
        manifest.signature = None;
        match (self.signer, old.and_then(|old| old.signature.as_ref())) {
            (Some(signer), _) => manifest.sign(signer)?,
            (None, Some(by)) => return Err(PublishError::NoKey(by.key_id.clone())),
            (None, None) => {}
        }
        let bytes = manifest.bytes();
        let last = Write {
            path: Manifest::path_of(&manifest.environment),
            bytes: bytes.clone(),
            condition: old.map_or(Condition::First, |old| {
                Condition::Replaces(Digest::of(&old.bytes()))
            }),
        };
        Ok((bytes, last))
    }
}

fn immutable(new: &Publication, name: &str, bytes: Vec<u8>) -> Write {
    Write {
        path: in_generation(&new.environment, &new.generation, name),
        bytes,
        condition: Condition::Immutable,
    }
}
