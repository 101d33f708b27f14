//! Who is granted something: the grammar of one item in a list, short and long.

use std::collections::BTreeSet;

use portcullis_model::Timestamp;

use crate::{
    finding::{Findings, Place, meant},
    node::{Entry, Node, Value, list, map, text, texts, unexpected, unknown_key},
    settings::Settings,
    spelling::{address, one_space},
};

/// One grantee with all that limits it.
#[derive(Clone, Debug)]
pub(crate) struct Grantee {
    pub(crate) place: Place,
    /// As it is written.
    pub(crate) text: String,
    pub(crate) who: Who,
    /// In which environments; none for all.
    pub(crate) only: BTreeSet<String>,
    pub(crate) until: Option<Timestamp>,
    /// Without child teams.
    pub(crate) immediate: bool,
    pub(crate) roles: BTreeSet<Role>,
    /// Taken out of the group instead.
    pub(crate) except: bool,
}

impl Grantee {
    /// Whether only a directory can say who it is.
    pub(crate) const fn asks_directory(&self) -> bool {
        matches!(self.who, Who::Org(_) | Who::Team { .. })
    }
}

/// Who is meant.
#[derive(Clone, Debug)]
pub(crate) enum Who {
    Org(String),
    Team {
        org: String,
        team: String,
    },
    Email(String),
    /// The folders below `config/groups`, joined by `/`. Of something that is no such path, what stands
    /// after `./groups/`, or nothing; no group is called so.
    Group(String),
}

/// What somebody is in a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Role {
    Member,
    Maintainer,
}

/// Where a list of grantees stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Within {
    Permission,
    Group,
}

const LONG: [&str; 7] = [
    "to",
    "only",
    "until",
    "reason",
    "ticket",
    "immediate",
    "roles",
];

pub(crate) struct Grammar<'g> {
    pub(crate) settings: &'g Settings,
    pub(crate) within: Within,
    pub(crate) findings: &'g mut Findings,
}

impl Grammar<'_> {
    /// All items of a list.
    pub(crate) fn list(&mut self, node: &Node) -> Vec<Grantee> {
        let mut all = Vec::new();
        for item in list(node, self.findings) {
            self.item(item, &mut all);
        }
        // Of a permission it is told where it comes out without holders: another may imply it.
        if self.within == Within::Group {
            self.nobody(node);
        }
        all
    }

    /// An empty list is nobody, which may not be meant.
    fn nobody(&mut self, node: &Node) {
        if matches!(&node.value, Value::List(items) if items.is_empty()) {
            let hint = "name somebody, or remove what is for nobody";
            self.findings
                .warn(&node.place, "empty-list", "`[]` is nobody", hint);
        }
    }

    fn item(&mut self, item: &Node, all: &mut Vec<Grantee>) {
        match &item.value {
            Value::Map(entries) => match self.wrapper(entries) {
                Some(wrapper) => self.wrapped(item, entries, wrapper, all),
                None => all.extend(self.long(item)),
            },
            Value::Null => {
                let hint = "name who is granted it, or leave the item out";
                self.findings
                    .error(&item.place, "no-value", "nothing stands here", hint);
            }
            _ => all.extend(self.short(item)),
        }
    }

    /// The key by which an item is `devOnly` and the like, or `except`.
    fn wrapper<'e>(&self, entries: &'e [Entry]) -> Option<&'e Entry> {
        entries
            .iter()
            .find(|entry| entry.key == "except" || self.environment(&entry.key).is_some())
    }

    fn environment<'k>(&self, key: &'k str) -> Option<&'k str> {
        let name = key.strip_suffix("Only")?;
        let known = &self.settings.environments;
        // Where access.yaml could not be read, which environments there are is not known.
        (known.contains(name) || !self.settings.is_whole).then_some(name)
    }

    fn wrapped(&mut self, item: &Node, entries: &[Entry], first: &Entry, all: &mut Vec<Grantee>) {
        for other in entries.iter().filter(|other| other.place != first.place) {
            let message = format!("`{}` and `{}` stand in one item", first.key, other.key);
            self.findings
                .error(&other.place, "two-in-one", message, "write two items");
        }
        let environment = self.environment(&first.key).map(str::to_owned);
        let in_group = self.within == Within::Group;
        if environment.is_some() && in_group {
            let message = format!(
                "`{}` stands in a group; only permissions have environments",
                first.key
            );
            let hint = "write it in config/permissions.yaml, around the group";
            self.findings
                .error(&first.place, "environment-in-group", message, hint);
        }
        if environment.is_none() && !in_group {
            let message = "`except` stands in a permission; it takes out of groups only";
            self.findings.error(
                &first.place,
                "except-in-permission",
                message,
                "make a group with it",
            );
        }
        let one = std::slice::from_ref(&first.value);
        self.nobody(&first.value);
        let inner = match &first.value.value {
            Value::List(items) => items,
            _ => one,
        };
        for node in inner {
            if let Value::Map(entries) = &node.value
                && let Some(nested) = self.wrapper(entries)
            {
                let message = format!("`{}` stands inside `{}`", nested.key, first.key);
                self.findings
                    .error(&nested.place, "nested", message, "write two items");
                continue;
            }
            let mut read = Vec::new();
            self.item(node, &mut read);
            for mut grantee in read {
                match &environment {
                    Some(name) if !grantee.only.is_empty() => {
                        let message = format!("`only` stands inside `{name}Only`");
                        self.findings
                            .error(&item.place, "nested", message, "keep one of them");
                    }
                    Some(name) => grantee.only = [name.clone()].into(),
                    None => grantee.except = true,
                }
                all.push(grantee);
            }
        }
    }

    fn long(&mut self, item: &Node) -> Option<Grantee> {
        let entries = map(item, self.findings);
        let (mut read, mut only, mut until) = (None, BTreeSet::new(), None);
        let (mut immediate, mut roles) = (false, BTreeSet::new());
        for Entry { key, place, value } in entries {
            match key.as_str() {
                "to" => read = self.short(value),
                "only" if self.within == Within::Group => {
                    let message = "`only` stands in a group; only permissions have environments";
                    self.findings
                        .error(place, "environment-in-group", message, "leave it out");
                }
                "only" => only = self.environments(value),
                "until" => until = self.settings.zone.end(value, self.findings),
                "reason" | "ticket" => {
                    text(value, self.findings);
                }
                "immediate" => match value.value {
                    Value::Bool(is) => immediate = is,
                    _ => unexpected(value, "true or false", self.findings),
                },
                "roles" => roles = self.roles(value),
                other => {
                    let only = self
                        .settings
                        .environments
                        .iter()
                        .map(|name| format!("{name}Only"));
                    let only: Vec<String> = match self.within {
                        Within::Permission => only.collect(),
                        Within::Group => vec!["except".to_owned()],
                    };
                    let known: Vec<&str> = LONG
                        .into_iter()
                        .chain(only.iter().map(String::as_str))
                        .collect();
                    unknown_key(other, place, known, self.findings);
                }
            }
        }
        if !entries.iter().any(|entry| entry.key == "to") {
            if entries
                .iter()
                .all(|entry| LONG.contains(&entry.key.as_str()))
            {
                self.findings.error(
                    &item.place,
                    "no-grantee",
                    "`to` is missing",
                    "name who is granted it",
                );
            }
            return None;
        }
        let read = read?;
        if (immediate || !roles.is_empty()) && !matches!(read.who, Who::Team { .. }) {
            let message = format!(
                "`immediate` and `roles` go with a team, and `{}` is none",
                read.text
            );
            self.findings
                .error(&item.place, "not-a-team", message, "leave them out");
        }
        Some(Grantee {
            only,
            until,
            immediate,
            roles,
            ..read
        })
    }

    fn environments(&mut self, node: &Node) -> BTreeSet<String> {
        environments(node, self.settings, self.findings)
    }

    fn roles(&mut self, node: &Node) -> BTreeSet<Role> {
        let mut all = BTreeSet::new();
        for (name, place) in texts(node, self.findings) {
            match name {
                "member" => _ = all.insert(Role::Member),
                "maintainer" => _ = all.insert(Role::Maintainer),
                other => {
                    let known = ["member", "maintainer"];
                    let hint = meant(other, known, "there are `member` and `maintainer`");
                    let message = format!("there is no role `{other}`");
                    self.findings.error(place, "unknown-role", message, hint);
                }
            }
        }
        if matches!(&node.value, Value::List(items) if items.is_empty()) {
            let hint = "leave `roles` out for all of them";
            self.findings
                .error(&node.place, "no-role", "`roles: []` is nobody", hint);
        }
        all
    }

    fn short(&mut self, node: &Node) -> Option<Grantee> {
        let written = text(node, self.findings)?;
        let who = self.who(written, &node.place)?;
        Some(Grantee {
            place: node.place.clone(),
            text: written.to_owned(),
            who,
            only: BTreeSet::new(),
            until: None,
            immediate: false,
            roles: BTreeSet::new(),
            except: false,
        })
    }

    fn who(&mut self, written: &str, place: &Place) -> Option<Who> {
        if written.starts_with('.') {
            let path = written.strip_prefix("./groups/").unwrap_or_default();
            return Some(Who::Group(path.to_owned()));
        }
        if written.starts_with("okta:") {
            let message = "groups of an identity provider are not read yet";
            let hint = "name a team, a group or an e-mail address";
            self.findings.error(place, "not-yet", message, hint);
            return None;
        }
        if written.contains('@') {
            let email = address(written, place, self.findings)?;
            self.settings.domain(written, &email, place, self.findings);
            return Some(Who::Email(email));
        }
        let parts: Vec<String> = written.split('/').map(one_space).collect();
        let name = parts.join("/");
        if name != written {
            let shown = written.escape_debug();
            let message = format!("`{shown}` has white space that is no single space");
            let hint = format!("it is read as `{name}`; write it so");
            self.findings.warn(place, "odd-space", message, hint);
        }
        match &parts[..] {
            [org] if !org.is_empty() => Some(Who::Org(org.clone())),
            [org, team] if !org.is_empty() && !team.is_empty() => Some(Who::Team {
                org: org.clone(),
                team: team.clone(),
            }),
            _ => {
                let message = format!("`{written}` names nobody");
                let hint = "write `Org`, `Org/Team`, `./groups/name` or an e-mail address";
                self.findings.error(place, "grantee", message, hint);
                None
            }
        }
    }
}

/// Environments that are known, by their names in a list that is not empty.
pub(crate) fn environments(
    node: &Node,
    settings: &Settings,
    findings: &mut Findings,
) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let known = &settings.environments;
    for (name, place) in texts(node, findings) {
        if known.contains(name) || !settings.is_whole {
            all.insert(name.to_owned());
        } else {
            let names = known.iter().map(String::as_str);
            let hint = meant(name, names, "see `environments` in access.yaml");
            let message = format!("there is no environment `{name}`");
            findings.error(place, "unknown-environment", message, hint);
        }
    }
    if matches!(&node.value, Value::List(items) if items.is_empty()) {
        let hint = "leave it out for all of them";
        findings.error(
            &node.place,
            "no-environment",
            "`[]` is no environment",
            hint,
        );
    }
    all
}
