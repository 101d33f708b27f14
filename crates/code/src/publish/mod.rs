//! What is published for one environment: files by person and by permission, and the manifest that names them.
//!
//! Nothing here is written anywhere: [`Publisher::what_to_write`] says what a store is to write, in which
//! order and under which condition. A file that a manifest names never changes, and the manifest is the one
//! file that is replaced; so whoever reads the manifest first has one generation whole, whenever a publisher
//! stops or two of them meet.

mod manifest;
mod name;
mod plan;
mod trouble;

use std::collections::{BTreeMap, BTreeSet};

use portcullis_model::Timestamp;
use serde::Serialize;

pub use manifest::{
    Counts, FileEntry, Manifest, ManifestError, Signature, Signer, Source, Stale, Trust, Verifier,
};
pub use name::{Digest, by_email, by_permission};
pub use plan::{Condition, Publisher, Write};
pub use trouble::Trouble;

use crate::Resolved;

/// The version of everything in this module that readers see.
pub const VERSION: u32 = 1;
/// The file that holds all permissions, as `resolve --json` answers them.
pub const ALL: &str = "all.json";

/// Why nothing can be published.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// The environment cannot be part of a path.
    #[error("`{0}` is no name of an environment; use a-z, 0-9 and `-`")]
    Environment(String),
    /// A text of the manifest that every language would not write alike.
    #[error(
        "`{0}` cannot stand in a manifest; use printable ASCII without spaces, quotes and `<>&\\`"
    )]
    Text(String),
    /// Two keys have one file where disks do not tell case.
    #[error("`{0}` and `{1}` would be one file on disks that do not tell case; keep one")]
    SameFile(String, String),
    /// The published manifest is another environment's.
    #[error(
        "the published manifest is for `{found}`, not for `{expected}`; see where it is published to"
    )]
    OtherEnvironment {
        /// What it says.
        found: String,
        /// What is to be published.
        expected: String,
    },
    /// What is published rests on a later answer of the directory.
    #[error("the directory was read at {new}, and what is published rests on {old}; read it again")]
    OlderDirectory {
        /// When the directory was read for this publication.
        new: Timestamp,
        /// When it was read for what is published.
        old: Timestamp,
    },
    /// The published manifest is signed and there is no key.
    #[error(
        "the published manifest is signed by `{0}` and there is no key to sign with; give the key"
    )]
    NoKey(String),
    /// The key would not sign.
    #[error("the manifest cannot be signed: {0}")]
    Sign(String),
}

/// What a publication rests on.
#[derive(Clone, Debug)]
pub struct About {
    /// Where the permissions come from.
    pub source: Source,
    /// When it is published.
    pub now: Timestamp,
    /// When the first thing that grants any of it ends.
    pub next_expiry: Option<Timestamp>,
    /// When the directory was read, wholly; none where none was needed.
    pub directory_read_at: Option<Timestamp>,
}

/// The files of one environment, by name: the same permissions give the same bytes.
#[derive(Clone, Debug)]
pub struct Publication {
    environment: String,
    generation: Digest,
    counts: Counts,
    files: BTreeMap<String, Vec<u8>>,
    long_names: BTreeMap<String, String>,
    about: About,
}

// Fields in order of their names, as in every file here: canonical JSON is sorted and has no white space.
#[derive(Serialize)]
struct ByEmail<'p> {
    email: &'p str,
    permissions: &'p BTreeSet<&'p str>,
}

#[derive(Serialize)]
struct ByPermission<'p> {
    emails: &'p BTreeSet<String>,
    permission: &'p str,
}

#[derive(Serialize)]
struct All<'p> {
    permissions: &'p BTreeMap<&'p str, BTreeSet<String>>,
}

impl Publication {
    /// The files for what an environment resolves to. The permissions must come from a complete answer of
    /// the directory; where there is none, [`Publisher::mark_stale`] is for it.
    ///
    /// # Errors
    /// [`PublishError::Environment`], [`PublishError::Text`] and [`PublishError::SameFile`].
    pub fn new(environment: &str, resolved: &Resolved, about: About) -> Result<Self, PublishError> {
        if !is_environment(environment) {
            return Err(PublishError::Environment(environment.to_owned()));
        }
        about.source.check()?;
        let permissions: BTreeMap<&str, BTreeSet<String>> = resolved
            .permissions
            .iter()
            .map(|(key, emails)| {
                let emails = emails.iter().map(|email| email.to_lowercase());
                (key.as_str(), emails.collect())
            })
            .collect();
        let all = json(&All {
            permissions: &permissions,
        });
        let generation = Digest::of(&all);
        let mut files = BTreeMap::from([(ALL.to_owned(), all)]);
        let (mut people, mut folded, mut long_names) =
            (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for (key, emails) in &permissions {
            for email in emails {
                let held: &mut BTreeSet<&str> = people.entry(email.as_str()).or_default();
                held.insert(key);
            }
            let name = by_permission(key);
            if let Some(other) = folded.insert(name.to_ascii_lowercase(), *key) {
                return Err(PublishError::SameFile(other.to_owned(), (*key).to_owned()));
            }
            let encoded = name::encoded(key);
            if !name.ends_with(&format!("by-permission/{encoded}.json")) {
                long_names.insert(encoded, name.clone());
            }
            let file = ByPermission {
                emails,
                permission: key,
            };
            files.insert(name, json(&file));
        }
        for (email, permissions) in &people {
            files.insert(by_email(email), json(&ByEmail { email, permissions }));
        }
        let counts = Counts {
            associations: permissions.values().map(BTreeSet::len).sum(),
            people: people.len(),
            permissions: permissions.len(),
        };
        Ok(Self {
            environment: environment.to_owned(),
            generation,
            counts,
            files,
            long_names,
            about,
        })
    }

    /// The digest of all permissions: two publications with one generation say the same.
    #[must_use]
    pub const fn generation(&self) -> &Digest {
        &self.generation
    }

    /// The data files by their names, as a server shows them below `/permissions/v1/<environment>/`.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let files = self.files.iter();
        files.map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
    }
}

/// Where the files of an environment stand, with a slash at the end.
pub(crate) fn folder(environment: &str) -> String {
    format!("v{VERSION}/{environment}/")
}

fn is_environment(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    !name.is_empty() && name.bytes().all(plain)
}

/// Canonical JSON of maps with texts as keys, lists, texts and whole numbers, which cannot fail.
fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}
