//! The manifest: which generation holds, which files it has, and how old the knowledge behind it is.

use std::{collections::BTreeMap, fmt};

use portcullis_model::Timestamp;
use portcullis_rules::strict;
use serde::{Deserialize, Serialize};

use super::{
    Digest, PublishError, Trouble, VERSION,
    name::{folder, is_file, json},
};

/// The manifest of one environment. It is canonical JSON: keys sorted, no white space, every field there,
/// ASCII without anything that languages escape differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    // In order of their names, which is the order they are written in.
    /// When the publisher last said that the sources give this generation.
    pub checked_at: Timestamp,
    /// How much there is.
    pub counts: Counts,
    /// When this generation was published.
    pub created_at: Timestamp,
    /// When the directory was read for it, wholly; none where none was needed.
    pub directory_read_at: Option<Timestamp>,
    /// Which environment it is for.
    pub environment: String,
    /// The files by name. A person or permission without a file here has nothing.
    pub files: BTreeMap<String, FileEntry>,
    /// The digest of `all.json`.
    pub generation: Digest,
    /// Names of files that are not their percent-encoded key, by that key.
    pub long_names: BTreeMap<String, String>,
    /// When the first thing that grants any of it ends.
    pub next_expiry: Option<Timestamp>,
    /// How often the publisher renews `checked_at`, in seconds; none where it writes changes only.
    pub renewed_every: Option<u32>,
    /// One more with every manifest of an environment.
    pub sequence: u64,
    /// Who vouches for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
    /// What the generation was made from.
    pub source: Source,
    /// Why it was not replaced; none where all is well.
    pub stale: Option<Stale>,
    /// The version of this form.
    pub version: u32,
}

/// How much there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Pairs of a person and a permission.
    pub associations: usize,
    /// People who have any.
    pub people: usize,
    /// Permissions, also those that nobody has.
    pub permissions: usize,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// The generation in whose folder it stands: the one in which it last changed.
    pub generation: Digest,
    /// Its digest.
    pub sha256: Digest,
    /// In bytes.
    pub size: usize,
}

/// Where the permissions come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The commit.
    pub commit: String,
    /// The repository, as its owner calls it.
    pub repository: Option<String>,
}

impl Source {
    pub(super) fn check(&self) -> Result<(), PublishError> {
        let mut texts = std::iter::once(&self.commit).chain(&self.repository);
        let wrong = texts.find(|text| !is_plain(text));
        wrong.map_or(Ok(()), |text| Err(PublishError::Text(text.clone())))
    }
}

/// Since when and why the sources could not be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stale {
    /// What happened first.
    pub reason: Trouble,
    /// When.
    pub since: Timestamp,
}

/// A signature over the manifest without this field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// Always `ed25519`.
    pub algorithm: Algorithm,
    /// Which key it was made with.
    pub key_id: String,
    /// 128 hexadecimal digits.
    pub value: String,
}

/// The algorithms there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Algorithm {
    /// RFC 8032, without prehashing and context.
    Ed25519,
}

/// Who can sign. The key stays with whoever implements it.
pub trait Signer {
    /// What readers know the key by.
    fn key_id(&self) -> &str;

    /// The Ed25519 signature of a message.
    ///
    /// # Errors
    /// A sentence that says why there is none.
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], String>;
}

/// Who knows the keys that may sign.
pub trait Verifier {
    /// Whether a key that is trusted made this Ed25519 signature.
    fn verify(&self, key_id: &str, message: &[u8], signature: &[u8; 64]) -> bool;
}

/// What a reader asks of a manifest besides its form.
#[derive(Clone, Copy)]
pub enum Trust<'t> {
    /// Nothing: whoever can write the store is trusted.
    Store,
    /// A signature of a known key.
    Signed(&'t dyn Verifier),
}

impl fmt::Debug for Trust<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Store => "Store",
            Self::Signed(_) => "Signed",
        })
    }
}

/// Why a manifest or a file of it is not to be used; what was read before stays in use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// It is no manifest.
    #[error("this is no manifest: {0}")]
    Form(String),
    /// A later form than this program reads.
    #[error("the manifest has version {0} and this program reads version {VERSION}; update it")]
    Version(u64),
    /// It is not written as a publisher writes it.
    #[error("the manifest is not canonical JSON; somebody has edited it")]
    NotCanonical,
    /// It was put into another environment's place.
    #[error("the manifest is for the environment `{0}`")]
    Environment(String),
    /// A signature was asked for.
    #[error("the manifest is not signed")]
    NotSigned,
    /// The signature is not that of a known key over this manifest.
    #[error("the signature by the key `{0}` does not hold")]
    Signature(String),
    /// An earlier one than was seen already.
    #[error("the manifest has number {found} and number {seen} was seen before")]
    Earlier {
        /// What it says.
        found: u64,
        /// The highest seen.
        seen: u64,
    },
    /// It does not name the file.
    #[error("the manifest names no file `{0}`")]
    NoFile(String),
    /// The file is not what the manifest names.
    #[error("the file `{0}` is not the one that the manifest names")]
    Digest(String),
}

impl Manifest {
    /// Reads a manifest: its version first, then its form, environment and signature.
    ///
    /// # Errors
    /// [`ManifestError`]; what was read before stays in use.
    pub fn read(bytes: &[u8], environment: &str, trust: Trust<'_>) -> Result<Self, ManifestError> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u64,
        }
        let wrong = |why: String| ManifestError::Form(why);
        let versioned: Versioned =
            serde_json::from_slice(bytes).map_err(|error| wrong(error.to_string()))?;
        if versioned.version != u64::from(VERSION) {
            return Err(ManifestError::Version(versioned.version));
        }
        let read: Self = strict::from_slice(bytes).map_err(|error| wrong(error.to_string()))?;
        let mut names = read.files.keys().chain(read.long_names.values());
        if let Some(name) = names.find(|name| !is_file(name)) {
            return Err(wrong(format!("no file is called `{name}`")));
        }
        if read.bytes() != bytes {
            return Err(ManifestError::NotCanonical);
        }
        if read.environment != environment {
            return Err(ManifestError::Environment(read.environment));
        }
        if let Trust::Signed(verifier) = trust {
            let signature = read.signature.as_ref().ok_or(ManifestError::NotSigned)?;
            let holds = unhex(&signature.value).is_some_and(|value| {
                verifier.verify(&signature.key_id, &read.signed_bytes(), &value)
            });
            if !holds {
                return Err(ManifestError::Signature(signature.key_id.clone()));
            }
        }
        Ok(read)
    }

    /// The manifest as it is written.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        json(self)
    }

    /// What a signature is over: the manifest without it.
    #[must_use]
    pub fn signed_bytes(&self) -> Vec<u8> {
        json(&Self {
            signature: None,
            ..self.clone()
        })
    }

    pub(super) fn sign(&mut self, signer: &dyn Signer) -> Result<(), PublishError> {
        let key_id = signer.key_id().to_owned();
        if !is_plain(&key_id) {
            return Err(PublishError::Text(key_id));
        }
        let value = signer.sign(&self.signed_bytes());
        let value = value.map_err(PublishError::Sign)?;
        self.signature = Some(Signature {
            algorithm: Algorithm::Ed25519,
            key_id,
            value: value.iter().map(|byte| format!("{byte:02x}")).collect(),
        });
        Ok(())
    }

    /// Where the manifest of an environment stands: the one file that is replaced.
    #[must_use]
    pub fn path_of(environment: &str) -> String {
        format!("{}manifest.json", folder(environment))
    }

    /// Where a file stands that [`by_email`](super::by_email), [`by_permission`](super::by_permission) or
    /// [`ALL`](super::ALL) name. None means that there is nothing, as of a person who has no permission.
    #[must_use]
    pub fn path(&self, name: &str) -> Option<String> {
        let entry = self.files.get(name)?;
        Some(in_generation(&self.environment, &entry.generation, name))
    }

    /// Whether bytes are those of a file that the manifest names.
    ///
    /// # Errors
    /// [`ManifestError::NoFile`] and [`ManifestError::Digest`].
    pub fn check(&self, name: &str, bytes: &[u8]) -> Result<(), ManifestError> {
        let entry = self.files.get(name);
        let entry = entry.ok_or_else(|| ManifestError::NoFile(name.to_owned()))?;
        if entry.size == bytes.len() && entry.sha256 == Digest::of(bytes) {
            Ok(())
        } else {
            Err(ManifestError::Digest(name.to_owned()))
        }
    }

    /// Whether it may take the place of one that was seen before: an old one that is signed is still signed.
    ///
    /// # Errors
    /// [`ManifestError::Earlier`].
    pub const fn follows(&self, seen: &Self) -> Result<(), ManifestError> {
        if self.sequence < seen.sequence {
            return Err(ManifestError::Earlier {
                found: self.sequence,
                seen: seen.sequence,
            });
        }
        Ok(())
    }

    /// For how many seconds it may not have been true any more, as far as it tells itself: since something
    /// that grants any of it ended, since the directory was last read where the sources give no answer, and
    /// since it was last renewed where it is renewed. A reader that is to answer nothing rather than
    /// something old compares this with its `max_stale`.
    #[must_use]
    pub fn age_seconds(&self, now: Timestamp) -> i64 {
        let stale = self
            .stale
            .map(|stale| self.directory_read_at.unwrap_or(stale.since));
        let renewed = self.renewed_every.map(|_| self.checked_at);
        let since = [self.next_expiry, stale, renewed].into_iter().flatten();
        let ages = since.map(|at| now.seconds_since(at));
        ages.max().unwrap_or_default().max(0)
    }
}

/// Where a file of a generation stands.
pub(super) fn in_generation(environment: &str, generation: &Digest, name: &str) -> String {
    format!("{}generations/{generation}/{name}", folder(environment))
}

/// Whether every language writes a text alike in JSON, without escapes.
fn is_plain(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_graphic() && !b"\"\\<>&".contains(&b);
    !text.is_empty() && text.bytes().all(plain)
}

fn unhex(text: &str) -> Option<[u8; 64]> {
    let mut value = [0; 64];
    if text.len() != 128 || !text.is_ascii() {
        return None;
    }
    for (byte, digits) in value.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(value)
}
