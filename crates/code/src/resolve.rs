//! Who holds each permission in an environment, as the world of the facts answers it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_model::{Timestamp, world::Holder};
use serde::Serialize;

use crate::{
    Directory, Repository,
    cycles::order,
    facts::{Facts, facts},
    finding::{Findings, Place},
    grantee::Who,
    people::People,
};

/// Who holds what in one environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Resolved {
    /// E-mail addresses by permission, both in order.
    pub permissions: BTreeMap<String, Vec<Arc<str>>>,
}

/// A repository without errors, with the directory it was looked up in, as it is at one time. It answers
/// who holds what.
#[derive(Debug)]
pub struct Access {
    pub(crate) facts: Facts,
    pub(crate) people: People,
}

impl Repository {
    /// What the repository says at a time, with the warnings there are.
    ///
    /// # Errors
    /// All findings, where any is an error.
    pub fn access(
        &self,
        directory: Option<&Directory>,
        now: Timestamp,
    ) -> Result<(Access, Findings), Findings> {
        let (mut findings, access) = self.checked(directory, now);
        if directory.is_none() && self.asks_directory() {
            let place = self.grantees().filter(|grantee| grantee.asks_directory());
            let place = place.map(|grantee| &grantee.place).min();
            let start = Place::start(&"config/permissions.yaml".into());
            let message =
                "organisations and teams are named, and there is no directory to look them up in";
            let hint = "name a file with --directory";
            findings.error(place.unwrap_or(&start), "no-directory", message, hint);
        }
        match access {
            Some(access) if !findings.has_errors() => Ok((access, findings)),
            _ => Err(findings),
        }
    }

    /// Who holds each permission in an environment at a time, with the warnings there are.
    ///
    /// # Errors
    /// As of [`Repository::access`].
    pub fn resolve(
        &self,
        directory: Option<&Directory>,
        environment: &str,
        now: Timestamp,
    ) -> Result<(Resolved, Findings), Findings> {
        let (access, findings) = self.access(directory, now)?;
        Ok((access.resolved(environment), findings))
    }

    /// All findings, and what it says unless it has errors. Without a directory that it asks, nobody is in
    /// organisations and teams.
    pub(crate) fn checked(
        &self,
        directory: Option<&Directory>,
        now: Timestamp,
    ) -> (Findings, Option<Access>) {
        let mut findings = self.look(directory, now);
        let addresses = directory
            .map(|directory| self.addresses(directory, &mut findings))
            .unwrap_or_default();
        if findings.has_errors() {
            return (findings, None);
        }
        match facts(self, directory, &addresses, now) {
            Ok(facts) => {
                let people = self.people.clone();
                let access = Access { facts, people };
                self.without_holders(directory, &access, &mut findings);
                (findings, Some(access))
            }
            Err(wrong) => {
                let place = Place::start(&"config/permissions.yaml".into());
                let message = format!("it cannot be resolved: {}", wrong.0);
                findings.error(&place, "facts", message, "");
                (findings, None)
            }
        }
    }

    /// Warns of permissions that come out without holders, as far as that can be known.
    fn without_holders(
        &self,
        directory: Option<&Directory>,
        access: &Access,
        findings: &mut Findings,
    ) {
        let unknown = match directory {
            Some(_) => BTreeSet::new(),
            None => self.asking(),
        };
        for (key, permission) in &self.permissions {
            if unknown.contains(key.as_str()) {
                continue;
            }
            // Where nothing is granted, nobody is meant to hold it.
            let environments = self.settings.environments.iter();
            let granted = environments.filter_map(|name| {
                let (granted, held) = access.facts.is_granted(key, name);
                granted.then_some((name, held))
            });
            let granted: Vec<_> = granted.collect();
            let empty = granted.iter().filter(|(_, held)| !held);
            let empty: Vec<_> = empty.map(|(name, _)| name.as_str()).collect();
            let message = if granted.is_empty() || empty.len() == self.settings.environments.len() {
                format!("nobody holds `{key}`")
            } else if empty.is_empty() {
                continue;
            } else {
                format!("nobody holds `{key}` in {}", empty.join(", "))
            };
            findings.warn(&permission.place, "no-holders", message, "");
        }
    }

    /// The permissions of which only a directory can say who holds them.
    fn asking(&self) -> BTreeSet<&str> {
        let mut groups: BTreeSet<&str> = BTreeSet::new();
        let edges = self.group_edges();
        for path in order(&edges) {
            let members = self.groups.get(path).into_iter().flat_map(|it| &it.members);
            let below = edges.get(path).into_iter().flatten();
            if members
                .into_iter()
                .any(super::grantee::Grantee::asks_directory)
                || below.into_iter().any(|(group, _)| groups.contains(group))
            {
                groups.insert(path);
            }
        }
        let asks = |who: &Who| match who {
            Who::Org(_) | Who::Team { .. } => true,
            Who::Group(path) => groups.contains(path.as_str()),
            Who::Email(_) => false,
        };
        let mut todo: Vec<&str> = Vec::new();
        for (key, permission) in &self.permissions {
            if permission.grants.iter().any(|grantee| asks(&grantee.who)) {
                todo.push(key);
            }
        }
        let mut all = BTreeSet::new();
        while let Some(key) = todo.pop() {
            if all.insert(key) {
                let implied = self.permissions.get(key).into_iter();
                todo.extend(
                    implied
                        .flat_map(|it| &it.implies)
                        .map(|(key, _)| key.as_str()),
                );
            }
        }
        all
    }
}

impl Access {
    /// Who holds each permission in an environment.
    #[must_use]
    pub fn resolved(&self, environment: &str) -> Resolved {
        let keys = self.facts.permissions.keys();
        Resolved {
            permissions: keys
                .map(|key| (key.clone(), self.who(key, environment)))
                .collect(),
        }
    }

    /// Whether there is a permission of this key.
    #[must_use]
    pub fn has_permission(&self, key: &str) -> bool {
        self.facts.permissions.contains_key(key)
    }

    /// The permissions there are, in order.
    pub fn permissions(&self) -> impl Iterator<Item = &str> {
        self.facts.permissions.keys().map(String::as_str)
    }

    /// Who holds a permission in an environment, in order.
    #[must_use]
    pub fn who(&self, permission: &str, environment: &str) -> Vec<Arc<str>> {
        let name = self.facts.permissions.get(permission);
        let holders = name.map(|name| {
            self.facts
                .world
                .who_can(name, Some(environment), self.facts.now)
        });
        // The world answers by login, and logins are in the order of addresses.
        let holders = holders.into_iter().flatten();
        holders
            .filter_map(|Holder { user, .. }| self.facts.email(user.id).cloned())
            .collect()
    }
}
