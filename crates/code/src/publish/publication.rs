//! The data files of one environment.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_model::Timestamp;
use serde::Serialize;

use super::{
    Digest, PublishError,
    manifest::{Counts, Source},
    name::{self, ALL, by_email, by_permission, json},
};
use crate::Resolved;

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
    pub(super) environment: String,
    pub(super) generation: Digest,
    pub(super) counts: Counts,
    pub(super) files: BTreeMap<String, Vec<u8>>,
    pub(super) long_names: BTreeMap<String, String>,
    pub(super) about: About,
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

fn is_environment(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    !name.is_empty() && name.bytes().all(plain)
}
