//! Who holds each permission in an environment, as the world of the facts answers it.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_model::Timestamp;
use serde::Serialize;

use crate::{
    Directory, Repository,
    facts::{Facts, facts},
    finding::{Findings, Place},
    repository,
};

/// Who holds what in one environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Resolved {
    /// E-mail addresses by permission, both in order.
    pub permissions: BTreeMap<String, BTreeSet<String>>,
}

impl Repository {
    /// Who holds each permission in an environment at a time, with the warnings there are.
    ///
    /// # Errors
    /// All findings, where any is an error.
    pub fn resolve(
        &self,
        directory: Option<&Directory>,
        environment: &str,
        now: Timestamp,
    ) -> Result<(Resolved, Findings), Findings> {
        let mut findings = self.validate(directory, now);
        if directory.is_none() && self.asks_directory() {
            let place = self.grantees().map(|grantee| &grantee.place).min();
            let start = Place::start(&"config/permissions.yaml".into());
            let message =
                "organisations and teams are named, and there is no directory to look them up in";
            let hint = "name a file with --directory";
            findings.error(place.unwrap_or(&start), "no-directory", message, hint);
        }
        if findings.has_errors() {
            return Err(findings);
        }
        match facts(self, directory, now) {
            Ok(facts) => Ok((answer(self, &facts, environment, now), findings)),
            Err(wrong) => {
                unsaid(&wrong.0, &mut findings);
                Err(findings)
            }
        }
    }
}

fn unsaid(wrong: &str, findings: &mut Findings) {
    let place = Place::start(&"config/permissions.yaml".into());
    findings.error(
        &place,
        "facts",
        format!("it cannot be resolved: {wrong}"),
        "",
    );
}

fn answer(repository: &Repository, facts: &Facts, environment: &str, now: Timestamp) -> Resolved {
    let holders = |key: &String| {
        let name = repository::name(key);
        let holders = name.map(|name| facts.world.who_can(&name, Some(environment), now));
        let holders = holders.into_iter().flatten();
        holders
            .filter_map(|holder| facts.emails.get(&holder.user.id).cloned())
            .collect()
    };
    let keys = repository.permissions.keys();
    Resolved {
        permissions: keys.map(|key| (key.clone(), holders(key))).collect(),
    }
}

/// Warns of permissions that come out without holders, and of people that cannot be named.
pub(crate) fn empty(
    repository: &Repository,
    directory: Option<&Directory>,
    now: Timestamp,
    findings: &mut Findings,
) {
    let facts = match facts(repository, directory, now) {
        Ok(facts) => facts,
        Err(wrong) => return unsaid(&wrong.0, findings),
    };
    for environment in repository.environments() {
        let resolved = answer(repository, &facts, environment, now);
        for (key, _) in resolved
            .permissions
            .iter()
            .filter(|(_, holders)| holders.is_empty())
        {
            if let Some(permission) = repository
                .permissions
                .get(key)
                .filter(|it| !it.grants.is_empty())
            {
                let message = format!("nobody holds `{key}` in {environment}");
                findings.warn(&permission.place, "no-holders", message, "");
            }
        }
    }
    if let Some(directory) = directory {
        people(repository, directory, findings);
    }
}

fn people(repository: &Repository, directory: &Directory, findings: &mut Findings) {
    let mut logins: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (login, email) in &directory.emails {
        match email {
            None => {
                let message = format!("`{login}` has no e-mail address and is left out");
                findings.warn(&directory.place, "no-email", message, "");
            }
            Some(email) if !repository.settings.allows(email) => {
                let message = format!(
                    "`{login}` is left out: `{email}` is in no domain that access.yaml names"
                );
                findings.warn(&directory.place, "email-domain", message, "");
            }
            Some(email) => logins.entry(email).or_default().push(login),
        }
    }
    for (email, logins) in logins.iter().filter(|(_, logins)| logins.len() > 1) {
        let message = format!(
            "`{email}` belongs to several logins and counts once: {}",
            logins.join(", ")
        );
        findings.warn(&directory.place, "shared-email", message, "");
    }
}
