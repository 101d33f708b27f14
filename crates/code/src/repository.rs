//! The whole repository: which files mean what, and what they say.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_model::name::PermissionName;

use crate::{
    finding::{Findings, Place},
    grantee::{Grammar, Grantee, Within},
    read::{self, Entry, Node, Value},
    settings::{Settings, list, map, text, texts, unexpected, unknown_key},
};

/// What stands under a path.
#[derive(Clone, Debug)]
pub enum Content {
    /// A file.
    Bytes(Vec<u8>),
    /// A symbolic link, which is not followed.
    Link,
}

/// A repository as it was read, with all that was found.
#[derive(Debug, Default)]
pub struct Repository {
    pub(crate) settings: Settings,
    pub(crate) permissions: BTreeMap<String, Permission>,
    /// By path below `config/groups`; also folders that have groups below them only.
    pub(crate) groups: BTreeMap<String, Group>,
    pub(crate) findings: Findings,
}

#[derive(Clone, Debug)]
pub(crate) struct Permission {
    pub(crate) place: Place,
    pub(crate) implies: Vec<(String, Place)>,
    pub(crate) grants: Vec<Grantee>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Group {
    /// Its file, if it has one.
    pub(crate) file: Option<Arc<str>>,
    pub(crate) members: Vec<Grantee>,
}

const PERMISSIONS: &str = "config/permissions.yaml";
const LATER: [&str; 3] = [
    "config/people.yaml",
    "config/packages.yaml",
    "config/tests.yaml",
];

impl Repository {
    /// Reads files, given by their paths from the top of the repository.
    #[must_use]
    pub fn read(files: impl IntoIterator<Item = (String, Content)>) -> Self {
        let files: BTreeMap<Arc<str>, Content> = files
            .into_iter()
            .map(|(path, content)| (path.into(), content))
            .collect();
        let mut all = Self::default();
        let findings = &mut all.findings;
        let mut nodes = BTreeMap::new();
        for (path, content) in &files {
            if let Some(bytes) = wanted(path, content, findings)
                && let Some(node) = read::yaml(path, bytes, findings)
            {
                nodes.insert(&**path, node);
            }
        }
        if !files.contains_key(PERMISSIONS) {
            let place = Place::start(&PERMISSIONS.into());
            findings.error(
                &place,
                "no-permissions",
                "the file is missing",
                "write it; `{}` for none",
            );
        }
        if let Some(node) = nodes.get("access.yaml") {
            all.settings = Settings::read(node, findings);
        }
        if let Some(node) = nodes.get(PERMISSIONS) {
            all.permissions = permissions(node, &all.settings, findings);
        }
        for path in files.keys() {
            let Some(folder) = group_folder(path) else {
                continue;
            };
            for (at, _) in folder.match_indices('/') {
                all.groups.entry(folder[..at].to_owned()).or_default();
            }
            let group = all.groups.entry(folder.to_owned()).or_default();
            group.file = Some(path.clone());
            if let Some(node) = nodes.get(&**path) {
                group.members = members(node, &all.settings, findings);
            }
        }
        all
    }

    /// The environments there are, in order.
    pub fn environments(&self) -> impl Iterator<Item = &str> {
        self.settings.environments.iter().map(String::as_str)
    }
}

/// The bytes of a file that is to be read.
fn wanted<'c>(path: &Arc<str>, content: &'c Content, findings: &mut Findings) -> Option<&'c [u8]> {
    let place = Place::start(path);
    let Content::Bytes(bytes) = content else {
        findings.error(
            &place,
            "symbolic-link",
            "this is a symbolic link",
            "put the file itself here",
        );
        return None;
    };
    let known = &**path == "access.yaml" || &**path == PERMISSIONS || group_folder(path).is_some();
    if known {
        return Some(bytes);
    }
    if path.ends_with(".yml") {
        let hint = format!("rename it to `{}.yaml`", path.trim_end_matches(".yml"));
        findings.error(&place, "yml", "files end in `.yaml` here", hint);
    } else if LATER.contains(&&**path) {
        findings.warn(&place, "not-yet", "this file is not read yet", "");
    } else {
        let hint = "config has `permissions.yaml` and `groups/…/group.yaml`";
        findings.warn(&place, "stray-file", "nothing reads this file", hint);
    }
    None
}

/// The folder below `config/groups` whose group a file is.
fn group_folder(path: &str) -> Option<&str> {
    path.strip_prefix("config/groups/")?
        .strip_suffix("/group.yaml")
}

const LONG: [&str; 6] = [
    "description",
    "owner",
    "sensitivity",
    "implies",
    "review_by",
    "grants",
];

fn permissions(
    node: &Node,
    settings: &Settings,
    findings: &mut Findings,
) -> BTreeMap<String, Permission> {
    let mut all = BTreeMap::new();
    let mut folded: BTreeMap<String, String> = BTreeMap::new();
    for Entry { key, place, value } in map(node, findings) {
        let visible = |c: char| !c.is_control() && (c == ' ' || !c.is_whitespace());
        if key.is_empty()
            || key.trim() != key
            || key.chars().count() > 200
            || !key.chars().all(visible)
            || name(key).is_none()
        {
            let message = format!("`{}` cannot be a permission", key.escape_debug());
            let hint = "use 1 to 200 printable characters, without spaces at the ends";
            findings.error(place, "permission-key", message, hint);
            continue;
        }
        if let Some(other) = folded.insert(portcullis_model::name::key(key), key.clone()) {
            let message = format!("`{key}` and `{other}` differ in case only");
            findings.error(place, "permission-case", message, "keep one");
        }
        let mut read = Permission {
            place: place.clone(),
            implies: Vec::new(),
            grants: Vec::new(),
        };
        match &value.value {
            Value::Map(entries) => long(entries, settings, &mut read, findings),
            _ => {
                let items = list(value, findings);
                read.grants = Grammar {
                    settings,
                    within: Within::Permission,
                    findings,
                }
                .list(items);
            }
        }
        all.insert(key.clone(), read);
    }
    all
}

fn long(entries: &[Entry], settings: &Settings, read: &mut Permission, findings: &mut Findings) {
    for Entry { key, place, value } in entries {
        match key.as_str() {
            "description" | "owner" | "sensitivity" => {
                text(value, findings);
            }
            "review_by" => {
                let date = text(value, findings);
                let is_date = |date: &str| {
                    date.len() == 10 && portcullis_model::Timestamp::parse_start(date).is_ok()
                };
                if date.is_some_and(|date| !is_date(&date)) {
                    findings.error(
                        &value.place,
                        "not-a-date",
                        "this is not a date",
                        "write it as 2027-01-31",
                    );
                }
            }
            "implies" => read.implies = texts(value, findings),
            "grants" => {
                let items = list(value, findings);
                read.grants = Grammar {
                    settings,
                    within: Within::Permission,
                    findings,
                }
                .list(items);
            }
            other => unknown_key(other, place, LONG, findings),
        }
    }
}

fn members(node: &Node, settings: &Settings, findings: &mut Findings) -> Vec<Grantee> {
    let mut all = Vec::new();
    if !matches!(node.value, Value::Map(_)) {
        unexpected(node, "a map with `members:`", findings);
        return all;
    }
    for Entry { key, place, value } in map(node, findings) {
        if key == "members" {
            let items = list(value, findings);
            all = Grammar {
                settings,
                within: Within::Group,
                findings,
            }
            .list(items);
        } else {
            unknown_key(key, place, ["members"], findings);
        }
    }
    all
}

/// A key as the model's permissions are named: without white space.
pub(crate) fn name(key: &str) -> Option<PermissionName> {
    PermissionName::parse(&key.replace('%', "%25").replace(' ', "%20")).ok()
}
