//! The whole repository: which files mean what, and what they say.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_model::name::PermissionName;

use crate::{
    assertions::{Assertion, assertions},
    finding::{Findings, Place},
    grantee::{Grammar, Grantee, Within},
    node::{Entry, Node, Value, map, text, texts, unexpected, unknown_key},
    packages::{Key, Keys},
    people::People,
    read,
    settings::Settings,
    zone::date,
};

/// What stands under a path.
#[derive(Clone, Debug)]
pub enum Content {
    /// A file.
    Bytes(Vec<u8>),
    /// A symbolic link, which is not followed.
    Link,
    /// Something that could not be read, with the reason.
    Unread(String),
}

/// A repository as it was read, with all that was found.
#[derive(Clone, Debug, Default)]
pub struct Repository {
    pub(crate) settings: Settings,
    pub(crate) permissions: BTreeMap<String, Permission>,
    /// By path below `config/groups`; also folders that have groups below them only.
    pub(crate) groups: BTreeMap<String, Group>,
    pub(crate) people: People,
    pub(crate) assertions: Vec<Assertion>,
    pub(crate) findings: Findings,
    /// Whether `permissions.yaml` could be read, so that a key that is not in it is unknown.
    pub(crate) has_keys: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Permission {
    pub(crate) place: Place,
    pub(crate) owner: Option<(String, Place)>,
    pub(crate) sensitivity: Option<String>,
    pub(crate) description: String,
    pub(crate) deprecated: Option<String>,
    pub(crate) implies: Vec<(String, Place)>,
    pub(crate) grants: Vec<Grantee>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Group {
    /// Its file, if it has one.
    pub(crate) file: Option<Arc<str>>,
    pub(crate) members: Vec<Grantee>,
}

const ACCESS: &str = "access.yaml";
const PERMISSIONS: &str = "config/permissions.yaml";
const PEOPLE: &str = "config/people.yaml";
const TESTS: &str = "config/tests.yaml";
const PACKAGES: &str = "config/packages.yaml";
const FILES: [&str; 5] = [ACCESS, PERMISSIONS, PEOPLE, TESTS, PACKAGES];

/// No file is larger, in bytes.
const LARGEST: usize = 16 << 20;

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
            let hint = "write it; `{}` for none";
            findings.error(&place, "no-permissions", "the file is missing", hint);
        }
        if let Some(node) = nodes.get(ACCESS) {
            all.settings = Settings::read(node, findings);
        }
        all.settings.is_whole = nodes.contains_key(ACCESS) || !files.contains_key(ACCESS);
        if let Some(node) = nodes.get(PERMISSIONS) {
            all.permissions = permissions(node, &all.settings, findings);
            all.has_keys = true;
        }
        if let Some(node) = nodes.get(PEOPLE) {
            all.people = People::read(node, &all.settings, findings);
        }
        if let Some(node) = nodes.get(TESTS) {
            all.assertions = assertions(node, &all.settings, findings);
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

    /// The environments there are, in order; `None` where the file that names them could not be read.
    #[must_use]
    pub fn environments(&self) -> Option<Vec<&str>> {
        let names = self.settings.environments.iter().map(String::as_str);
        self.settings.is_whole.then(|| names.collect())
    }

    /// What `access.yaml` says.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The keys of the permissions, as packages are made of them.
    pub fn keys(&self) -> Keys {
        let keys = self.permissions.iter().map(|(key, permission)| {
            let it = Key {
                place: permission.place.clone(),
                description: permission.description.clone(),
                deprecated: permission.deprecated.clone(),
            };
            (key.clone(), it)
        });
        keys.collect()
    }
}

/// The bytes of a file that is to be read.
fn wanted<'c>(path: &Arc<str>, content: &'c Content, findings: &mut Findings) -> Option<&'c [u8]> {
    let place = Place::start(path);
    let bytes = match content {
        Content::Bytes(bytes) => bytes,
        Content::Link => {
            let hint = "put the file itself here";
            findings.error(&place, "symbolic-link", "this is a symbolic link", hint);
            return None;
        }
        Content::Unread(why) => {
            findings.unread(path, why);
            return None;
        }
    };
    let right = right_path(path);
    match right.as_deref() {
        Some(PACKAGES) => {
            findings.warn(&place, "not-yet", "this file is not read yet", "");
        }
        Some(right) if right == &**path => {
            if bytes.len() <= LARGEST {
                return Some(bytes);
            }
            let message = format!("the file has more than {LARGEST} bytes");
            findings.error(&place, "too-much", message, "make several groups of it");
        }
        Some(right) => {
            let (code, message) = if path.to_lowercase().ends_with(".yml") {
                ("yml", "files end in `.yaml` here")
            } else {
                ("path", "nothing reads a file that is called so")
            };
            findings.error(&place, code, message, format!("rename it to `{right}`"));
        }
        None => {
            let hint = "config has `permissions.yaml`, `people.yaml`, `tests.yaml` and `groups/…/group.yaml`";
            findings.warn(&place, "stray-file", "nothing reads this file", hint);
        }
    }
    None
}

/// Where a file belongs, by what it is called in any case and with either end; `None` for what means
/// nothing anywhere, unless it ends in `.yml`.
fn right_path(path: &str) -> Option<String> {
    let (stem, end) = path.rsplit_once('.')?;
    let end = end.to_lowercase();
    if !matches!(&*end, "yaml" | "yml") {
        return None;
    }
    let called = format!("{stem}.yaml").to_lowercase();
    if FILES.contains(&&*called) {
        return Some(called);
    }
    let parts: Vec<&str> = stem.split('/').collect();
    match &parts[..] {
        [config, groups, folders @ .., group]
            if [config, groups, group].map(|part| part.to_lowercase())
                == ["config", "groups", "group"]
                && !folders.is_empty() =>
        {
            Some(format!("config/groups/{}/group.yaml", folders.join("/")))
        }
        _ => (end == "yml").then(|| format!("{stem}.yaml")),
    }
}

/// The folder below `config/groups` whose group a file is.
fn group_folder(path: &str) -> Option<&str> {
    path.strip_prefix("config/groups/")?
        .strip_suffix("/group.yaml")
}

const LONG: [&str; 7] = [
    "description",
    "deprecated",
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
    let mut folded: BTreeMap<String, &str> = BTreeMap::new();
    for Entry { key, place, value } in map(node, findings) {
        if !is_key(key) {
            let message = format!("`{key}` cannot be a permission");
            let hint = "use 1 to 200 printable characters, without spaces at the ends";
            findings.error(place, "permission-key", message, hint);
        }
        // Both are permissions of their own, but their published files are one on some disks.
        if let Some(other) = folded.insert(portcullis_model::name::key(key), key) {
            let message = format!("`{key}` and `{other}` are the same but for their case");
            let hint = "call one of them something else";
            findings.warn(place, "permission-case", message, hint);
        }
        let mut read = Permission {
            place: place.clone(),
            owner: None,
            sensitivity: None,
            description: String::new(),
            deprecated: None,
            implies: Vec::new(),
            grants: Vec::new(),
        };
        match &value.value {
            Value::Map(entries) => long(entries, settings, &mut read, findings),
            _ => read.grants = granted(value, settings, findings),
        }
        all.insert(key.clone(), read);
    }
    all
}

/// Printable, without space at the ends.
fn is_key(key: &str) -> bool {
    // The model refuses characters that cannot be seen; spaces and what looks like an id are fine here.
    let printable = PermissionName::parse(&format!("x{}", key.replace(' ', "")));
    !key.is_empty() && key.trim() == key && key.chars().count() <= 200 && printable.is_ok()
}

fn granted(node: &Node, settings: &Settings, findings: &mut Findings) -> Vec<Grantee> {
    let within = Within::Permission;
    Grammar {
        settings,
        within,
        findings,
    }
    .list(node)
}

fn long(entries: &[Entry], settings: &Settings, read: &mut Permission, findings: &mut Findings) {
    for Entry { key, place, value } in entries {
        match key.as_str() {
            "description" => {
                read.description = text(value, findings).unwrap_or_default().to_owned();
            }
            "deprecated" => read.deprecated = text(value, findings).map(str::to_owned),
            "sensitivity" => read.sensitivity = text(value, findings).map(str::to_owned),
            "owner" => {
                let owner = text(value, findings);
                read.owner = owner.map(|owner| (owner.to_owned(), value.place.clone()));
            }
            "review_by" => {
                if text(value, findings).is_some_and(|written| date(written).is_none()) {
                    let hint = "write it as 2027-01-31";
                    findings.error(&value.place, "not-a-date", "this is not a date", hint);
                }
            }
            "implies" => {
                let all = texts(value, findings).into_iter();
                let all = all.map(|(key, place)| (key.to_owned(), place.clone()));
                read.implies = all.collect();
            }
            "grants" => read.grants = granted(value, settings, findings),
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
            all = Grammar {
                settings,
                within: Within::Group,
                findings,
            }
            .list(value);
        } else {
            unknown_key(key, place, ["members"], findings);
        }
    }
    all
}
