//! What is published, in which order, and what a reader makes of it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod names;
mod reader;
mod signature;
mod writes;

use std::collections::{BTreeMap, BTreeSet};

use portcullis_code::{
    Resolved,
    publish::{
        About, Condition, Digest, Manifest, ManifestError, Publication, PublishError, Publisher,
        Source, Trouble, Trust, Write, by_email, by_permission,
    },
};
use portcullis_model::Timestamp;

fn at(minute: u32) -> Timestamp {
    let hour = 9 + minute / 60;
    format!("2026-11-28T{hour:02}:{:02}:00Z", minute % 60)
        .parse()
        .unwrap()
}

fn resolved(permissions: &[(&str, &[&str])]) -> Resolved {
    let set = |emails: &[&str]| emails.iter().map(|email| (*email).to_owned()).collect();
    let all = permissions.iter();
    of(all
        .map(|(key, emails)| ((*key).to_owned(), set(emails)))
        .collect())
}

/// Who holds what, in order.
fn of(permissions: BTreeMap<String, BTreeSet<String>>) -> Resolved {
    let all = permissions.into_iter();
    let all = all.map(|(key, emails)| (key, emails.into_iter().map(Into::into).collect()));
    Resolved {
        permissions: all.collect(),
    }
}

fn about(minute: u32) -> About {
    About {
        source: Source {
            commit: format!("c{minute}"),
            repository: Some("SEEK-Jobs/access".to_owned()),
        },
        now: at(minute),
        next_expiry: None,
        directory_read_at: Some(at(minute)),
    }
}

fn publication(permissions: &[(&str, &[&str])], minute: u32) -> Publication {
    Publication::new("prod", &resolved(permissions), about(minute)).unwrap()
}

const SMALL: &[(&str, &[&str])] = &[
    ("ADMIN", &["Ana@x.com"]),
    ("query:some-object", &["ana@x.com", "ben@x.com"]),
    ("unused", &[]),
];
/// `sha256sum` of the addresses.
const ANA: &str = "by-email/03fded36e5de3aa5574b74c9f74a86c85dc60a352799efe57ff1b69faee05d13.json";

fn publisher() -> Publisher<'static> {
    Publisher::default()
}

fn plan(old: Option<&Manifest>, new: &Publication) -> Vec<Write> {
    publisher().what_to_write(old, new).unwrap()
}

fn manifest(writes: &[Write]) -> Manifest {
    Manifest::read(&writes.last().unwrap().bytes, "prod", Trust::Store).unwrap()
}

fn paths(writes: &[Write]) -> Vec<String> {
    writes.iter().map(|write| write.path.clone()).collect()
}

/// A store as [`Condition`] asks for it, which may stop after some writes.
#[derive(Clone, Default)]
struct Store(BTreeMap<String, Vec<u8>>);

impl Store {
    /// Whether all was written.
    fn write(&mut self, writes: &[Write], at_most: usize) -> bool {
        for write in writes.iter().take(at_most) {
            let there = self.0.get(&write.path);
            match (&write.condition, there) {
                (Condition::Immutable, Some(there)) if there == &write.bytes => {}
                (Condition::Immutable, Some(_)) => panic!("{} was another", write.path),
                (Condition::KeepFirst, Some(_)) => {}
                (Condition::First, Some(_)) => return false,
                (Condition::Replaces(digest), there)
                    if there.map(|there| Digest::of(there)).as_ref() != Some(digest) =>
                {
                    return false;
                }
                _ => _ = self.0.insert(write.path.clone(), write.bytes.clone()),
            }
        }
        writes.len() <= at_most
    }

    fn manifest(&self) -> Option<Manifest> {
        let bytes = self.0.get("v1/prod/manifest.json")?;
        Some(Manifest::read(bytes, "prod", Trust::Store).unwrap())
    }

    /// What a reader makes of it: every file that the manifest names is there and is that file.
    fn read(&self) -> Option<Resolved> {
        let manifest = self.manifest()?;
        for name in manifest.files.keys() {
            let bytes = &self.0[&manifest.path(name).unwrap()];
            manifest.check(name, bytes).unwrap();
        }
        let all: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> =
            serde_json::from_slice(&self.0[&manifest.path("all.json").unwrap()]).unwrap();
        Some(of(all["permissions"].clone()))
    }
}
