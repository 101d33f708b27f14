//! `limits` and `protected` of `access.yaml`: what must not happen by accident, and what needs a closer look.
//!
//! They are only read here. What a change would do to them is for whoever compares two states.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_model::Timestamp;

use crate::{
    finding::{Findings, Place},
    node::{Entry, Node, Value, count, list, map, text, texts, unexpected, unknown_key},
    spelling::{address, is_owner},
    zone::Zone,
};

/// What a change may take away at most, and what must stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many percent of the holders of a permission, and of all people who hold anything, may lose it
    /// in one change. 25 unless said.
    pub max_removal: u8,
    /// So few may lose it whatever their share is. 3 unless said.
    pub max_removal_floor: usize,
    /// How many must hold each protected permission. 2 unless said.
    pub min_holders: usize,
    /// Who must hold a permission, by e-mail address in lower case.
    pub required_holders: BTreeMap<String, BTreeSet<String>>,
    /// When nothing is to be changed.
    pub freezes: Vec<Freeze>,
    /// How many percent of the members of a team may be gone from the directory since it was read last,
    /// before it is taken for an answer that is not whole. 20 unless said.
    pub max_team_loss: u8,
}

/// A stretch of time in which nothing is to be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freeze {
    /// Where it is written.
    pub place: Place,
    /// The first instant of it.
    pub from: Timestamp,
    /// The first instant after it.
    pub until: Timestamp,
    /// Why; may be empty.
    pub reason: String,
}

/// What needs a closer look when it changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Protected {
    /// Permissions by key.
    pub permissions: BTreeSet<String>,
    /// Paths of the repository as CODEOWNERS writes them, each with its owners, in the order written.
    pub paths: Vec<(String, Vec<String>)>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_removal: 25,
            max_removal_floor: 3,
            min_holders: 2,
            required_holders: BTreeMap::new(),
            freezes: Vec::new(),
            max_team_loss: 20,
        }
    }
}

impl Freeze {
    /// Whether it holds at a time.
    #[must_use]
    pub fn contains(&self, now: Timestamp) -> bool {
        self.from <= now && now < self.until
    }
}

const LIMITS: [&str; 6] = [
    "max_removal",
    "max_removal_floor",
    "min_holders",
    "required_holders",
    "freezes",
    "max_team_loss",
];

/// A permission that is named outside of `permissions.yaml`, with the place.
pub(crate) type Named = (String, Place);

impl Limits {
    pub(crate) fn read(
        node: &Node,
        zone: &Zone,
        named: &mut Vec<Named>,
        findings: &mut Findings,
    ) -> Self {
        let mut read = Self::default();
        for Entry { key, place, value } in map(node, findings) {
            match key.as_str() {
                "max_removal" => set(&mut read.max_removal, percent(value, findings)),
                "max_removal_floor" => set(&mut read.max_removal_floor, count(value, findings)),
                "min_holders" => set(&mut read.min_holders, count(value, findings)),
                "max_team_loss" => set(&mut read.max_team_loss, percent(value, findings)),
                "required_holders" => {
                    for Entry { key, place, value } in map(value, findings) {
                        named.push((key.clone(), place.clone()));
                        let all = texts(value, findings);
                        let all = all
                            .into_iter()
                            .filter_map(|(text, place)| address(text, place, findings));
                        read.required_holders.insert(key.clone(), all.collect());
                    }
                }
                "freezes" => {
                    let all = list(value, findings).iter();
                    read.freezes = all
                        .filter_map(|node| freeze(node, zone, findings))
                        .collect();
                }
                other => unknown_key(other, place, LIMITS, findings),
            }
        }
        read
    }
}

fn set<T>(field: &mut T, read: Option<T>) {
    if let Some(read) = read {
        *field = read;
    }
}

fn percent(node: &Node, findings: &mut Findings) -> Option<u8> {
    let read = match &node.value {
        Value::Text(text) => text.strip_suffix('%').and_then(|text| text.parse().ok()),
        _ => None,
    };
    let read = read.filter(|share| *share <= 100);
    if read.is_none() {
        unexpected(node, "a share such as 25%", findings);
    }
    read
}

fn freeze(node: &Node, zone: &Zone, findings: &mut Findings) -> Option<Freeze> {
    let (mut from, mut until, mut reason) = (None, None, String::new());
    for Entry { key, place, value } in map(node, findings) {
        match key.as_str() {
            "from" => from = zone.start(value, findings),
            "until" => until = zone.end(value, findings),
            "reason" => reason = text(value, findings).unwrap_or_default().to_owned(),
            other => unknown_key(other, place, ["from", "until", "reason"], findings),
        }
    }
    let Value::Map(entries) = &node.value else {
        return None;
    };
    for needed in ["from", "until"] {
        if !entries.iter().any(|entry| entry.key == needed) {
            let message = format!("`{needed}` is missing");
            findings.error(&node.place, "freeze", message, "give it both ends");
        }
    }
    let (from, until) = (from?, until?);
    if until <= from {
        let message = "it ends before it begins";
        findings.error(
            &node.place,
            "freeze",
            message,
            "turn `from` and `until` round",
        );
    }
    Some(Freeze {
        place: node.place.clone(),
        from,
        until,
        reason,
    })
}

impl Protected {
    pub(crate) fn read(node: &Node, named: &mut Vec<Named>, findings: &mut Findings) -> Self {
        let mut read = Self::default();
        for Entry { key, place, value } in map(node, findings) {
            match key.as_str() {
                "permissions" => {
                    for (key, place) in texts(value, findings) {
                        named.push((key.to_owned(), place.clone()));
                        read.permissions.insert(key.to_owned());
                    }
                }
                "paths" => {
                    for Entry { key, place, value } in map(value, findings) {
                        if key.is_empty() || key.contains(|c: char| c.is_whitespace() || c == '#') {
                            let message = format!("`{key}` is no path");
                            let hint = "write it as CODEOWNERS does, without spaces and `#`";
                            findings.error(place, "path", message, hint);
                        }
                        let all = texts(value, findings).into_iter();
                        let all = all.filter_map(|(owner, place)| owner_of(owner, place, findings));
                        read.paths.push((key.clone(), all.collect()));
                    }
                }
                other => unknown_key(other, place, ["permissions", "paths"], findings),
            }
        }
        read
    }
}

/// An owner as CODEOWNERS writes one; an error tells of anything else.
fn owner_of(written: &str, place: &Place, findings: &mut Findings) -> Option<String> {
    if is_owner(written) {
        return Some(written.to_owned());
    }
    let message = format!("`{written}` owns nothing");
    let hint = "write `@login`, `@Org/team` by its slug, or an e-mail address";
    findings.error(place, "owner", message, hint);
    None
}
