//! The directory: organisations, their teams and who is in them, as `--directory` takes it from a file.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_model::Email;
use portcullis_rules::strict;
use serde::Deserialize;

use crate::finding::{Findings, Place};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    people: Vec<Person>,
    organizations: Vec<Organization>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Person {
    #[serde(rename = "id")]
    _id: serde_json::Value,
    login: String,
    #[serde(rename = "name", default)]
    _name: Option<String>,
    email: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Organization {
    login: String,
    owners: Vec<String>,
    members: Vec<String>,
    teams: Vec<WrittenTeam>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTeam {
    slug: String,
    name: String,
    parent: Option<String>,
    maintainers: Vec<String>,
    members: Vec<String>,
}

/// Organisations and teams by their logins and slugs in lower case.
#[derive(Debug)]
pub struct Directory {
    pub(crate) place: Place,
    /// E-mail addresses by login in lower case; none where there is none.
    pub(crate) emails: BTreeMap<String, Option<String>>,
    pub(crate) orgs: BTreeMap<String, Org>,
}

#[derive(Debug)]
pub(crate) struct Org {
    pub(crate) login: String,
    pub(crate) owners: BTreeSet<String>,
    pub(crate) members: BTreeSet<String>,
    pub(crate) teams: BTreeMap<String, Team>,
}

#[derive(Debug)]
pub(crate) struct Team {
    pub(crate) name: String,
    pub(crate) parent: Option<String>,
    pub(crate) maintainers: BTreeSet<String>,
    /// Immediate ones, maintainers among them.
    pub(crate) members: BTreeSet<String>,
}

impl Directory {
    /// Reads the file; `None` where it cannot be one.
    pub fn read(file: &str, bytes: &[u8], findings: &mut Findings) -> Option<Self> {
        let file: Arc<str> = file.into();
        let written: Written = match strict::from_slice(bytes) {
            Ok(written) => written,
            Err(wrong) => {
                let mut place = Place::start(&file);
                if let Some(at) = wrong.position {
                    (place.line, place.column) = (at.line, at.column);
                }
                findings.error(&place, "directory", wrong.message, "");
                return None;
            }
        };
        let mut read = Self {
            place: Place::start(&file),
            emails: BTreeMap::new(),
            orgs: BTreeMap::new(),
        };
        for person in written.people {
            read.person(person, findings);
        }
        for org in written.organizations {
            read.org(org, findings);
        }
        read.looks(findings);
        Some(read)
    }

    fn person(&mut self, person: Person, findings: &mut Findings) {
        let email = person.email.filter(|email| {
            let is = Email::parse(email).is_ok();
            if !is {
                let message = format!(
                    "the e-mail address of `{}` is none; they are left out",
                    person.login
                );
                findings.warn(&self.place, "email", message, "");
            }
            is
        });
        let email = email.map(|email| email.trim().to_lowercase());
        if self
            .emails
            .insert(person.login.to_lowercase(), email)
            .is_some()
        {
            self.wrong(
                findings,
                format!("`{}` stands among the people twice", person.login),
            );
        }
    }

    fn org(&mut self, org: Organization, findings: &mut Findings) {
        let lower = |all: Vec<String>| all.iter().map(|login| login.to_lowercase()).collect();
        let mut teams = BTreeMap::new();
        for team in org.teams {
            let called = format!("{}/{}", org.login, team.slug);
            let read = Team {
                name: team.name,
                parent: team.parent.map(|parent| parent.to_lowercase()),
                maintainers: lower(team.maintainers),
                members: lower(team.members),
            };
            if teams.insert(team.slug.to_lowercase(), read).is_some() {
                self.wrong(findings, format!("the team `{called}` is there twice"));
            }
        }
        let key = org.login.to_lowercase();
        let (owners, members) = (lower(org.owners), lower(org.members));
        let read = Org {
            login: org.login,
            owners,
            members,
            teams,
        };
        if self.orgs.insert(key.clone(), read).is_some() {
            self.wrong(findings, format!("the organisation `{key}` is there twice"));
        }
    }

    fn wrong(&self, findings: &mut Findings, message: String) {
        findings.error(&self.place, "directory", message, "");
    }

    /// Whether what stands in it fits together.
    fn looks(&self, findings: &mut Findings) {
        for org in self.orgs.values() {
            self.among(&org.owners, &org.members, "owner", &org.login, findings);
            self.known(&org.members, &org.login, findings);
            for (slug, team) in &org.teams {
                let called = format!("{}/{slug}", org.login);
                self.among(
                    &team.maintainers,
                    &team.members,
                    "maintainer",
                    &called,
                    findings,
                );
                self.known(&team.members, &called, findings);
                self.among(
                    &team.members,
                    &org.members,
                    "member of a team",
                    &org.login,
                    findings,
                );
                let mut seen = BTreeSet::from([slug]);
                let mut at = team;
                while let Some(parent) = &at.parent {
                    let Some(above) = org.teams.get(parent) else {
                        self.wrong(
                            findings,
                            format!("the parent `{parent}` of `{called}` is not there"),
                        );
                        break;
                    };
                    if !seen.insert(parent) {
                        self.wrong(
                            findings,
                            format!("`{called}` stands below itself or in a circle"),
                        );
                        break;
                    }
                    at = above;
                }
            }
        }
    }

    fn among(
        &self,
        some: &BTreeSet<String>,
        all: &BTreeSet<String>,
        noun: &str,
        of: &str,
        findings: &mut Findings,
    ) {
        for login in some.difference(all) {
            self.wrong(
                findings,
                format!("the {noun} `{login}` is not among the members of `{of}`"),
            );
        }
    }

    fn known(&self, logins: &BTreeSet<String>, of: &str, findings: &mut Findings) {
        for login in logins
            .iter()
            .filter(|login| !self.emails.contains_key(*login))
        {
            self.wrong(
                findings,
                format!("`{login}` in `{of}` is not among the people"),
            );
        }
    }
}

impl Org {
    /// The slugs of the teams that a name means: by slug, else by display name.
    pub(crate) fn teams_called<'o>(&'o self, called: &str) -> Vec<&'o str> {
        let key = spaced(called);
        if let Some((slug, _)) = self.teams.get_key_value(&key) {
            return vec![slug];
        }
        let named = self
            .teams
            .iter()
            .filter(|(_, team)| spaced(&team.name) == key);
        named.map(|(slug, _)| slug.as_str()).collect()
    }

    /// The slugs of a team and all below it.
    pub(crate) fn below<'o>(&'o self, slug: &'o str) -> impl Iterator<Item = &'o str> {
        let children = self.teams.iter();
        children
            .filter(move |(_, team)| team.parent.as_deref() == Some(slug))
            .map(|(slug, _)| slug.as_str())
    }
}

/// A name as it is compared: any white space is one space, and no case.
fn spaced(name: &str) -> String {
    name.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}
