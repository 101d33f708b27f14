//! `config/people.yaml`: which login somebody has on GitHub, under which other addresses they are known, and
//! when they leave.

use std::collections::BTreeMap;

use portcullis_model::Timestamp;

use crate::{
    finding::{Findings, Place},
    node::{Entry, Node, Value, map, text, texts, unexpected, unknown_key},
    settings::Settings,
    spelling::address,
};

/// Somebody, by e-mail address.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) place: Place,
    /// The login, and in lower case.
    pub(crate) login: Option<(String, Place)>,
    /// GitHub's number for the account, which stays when it is renamed.
    pub(crate) id: Option<(String, Place)>,
    /// The first instant at which they are no longer here.
    pub(crate) leaves: Option<Timestamp>,
}

/// Everybody of the file.
#[derive(Clone, Debug, Default)]
pub(crate) struct People {
    pub(crate) all: BTreeMap<String, Person>,
    /// The address that another one stands for.
    aliases: BTreeMap<String, String>,
    logins: BTreeMap<String, String>,
    ids: BTreeMap<String, String>,
}

const KEYS: [&str; 4] = ["github", "github_id", "aliases", "leaves"];

impl People {
    pub(crate) fn read(node: &Node, settings: &Settings, findings: &mut Findings) -> Self {
        let mut read = Self::default();
        for Entry { key, place, value } in map(node, findings) {
            let Some(email) = address(key, place, findings) else {
                continue;
            };
            settings.domain(key, &email, place, findings);
            let (person, aliases) = person(place, value, settings, findings);
            if let Some((login, at)) = &person.login {
                once(&mut read.logins, login, &email, at, "the login", findings);
            }
            if let Some((id, at)) = &person.id {
                once(&mut read.ids, id, &email, at, "the number", findings);
            }
            for (alias, at) in aliases {
                once(
                    &mut read.aliases,
                    &alias,
                    &email,
                    &at,
                    "the address",
                    findings,
                );
            }
            if read.all.insert(email, person).is_some() {
                let message = format!("`{key}` stands here twice, in another case");
                findings.error(place, "person-twice", message, "keep one");
            }
        }
        for (alias, of) in &read.aliases {
            if let Some(person) = read.all.get(alias) {
                let message = format!("`{alias}` is also another address of `{of}`");
                let hint = "an address is one person's";
                findings.error(&person.place, "person-twice", message, hint);
            }
        }
        read
    }

    /// The address under which somebody is counted.
    pub(crate) fn address<'p>(&'p self, email: &'p str) -> &'p str {
        self.aliases.get(email).map_or(email, String::as_str)
    }

    /// When the person of an address is no longer here.
    pub(crate) fn leaves(&self, email: &str) -> Option<Timestamp> {
        self.all.get(email)?.leaves
    }

    pub(crate) fn by_login(&self, login: &str) -> Option<(&str, &Person)> {
        self.of(self.logins.get(login)?)
    }

    pub(crate) fn by_id(&self, id: &str) -> Option<(&str, &Person)> {
        self.of(self.ids.get(id)?)
    }

    fn of(&self, email: &str) -> Option<(&str, &Person)> {
        let (email, person) = self.all.get_key_value(email)?;
        Some((email, person))
    }
}

/// Keeps whose something is; two people do not share it.
fn once(
    all: &mut BTreeMap<String, String>,
    what: &str,
    email: &str,
    place: &Place,
    noun: &str,
    findings: &mut Findings,
) {
    if let Some(other) = all.insert(what.to_owned(), email.to_owned()) {
        let message = format!("{noun} `{what}` is already that of `{other}`");
        findings.error(place, "person-twice", message, "keep one");
    }
}

fn person(
    place: &Place,
    node: &Node,
    settings: &Settings,
    findings: &mut Findings,
) -> (Person, Vec<(String, Place)>) {
    let mut read = Person {
        place: place.clone(),
        login: None,
        id: None,
        leaves: None,
    };
    let mut aliases = Vec::new();
    for Entry { key, place, value } in map(node, findings) {
        match key.as_str() {
            "github" => {
                let login = text(value, findings);
                read.login = login.map(|login| (login.to_lowercase(), value.place.clone()));
            }
            "github_id" => match &value.value {
                Value::Number(id) | Value::Text(id) if id.bytes().all(|b| b.is_ascii_digit()) => {
                    read.id = Some((id.clone(), value.place.clone()));
                }
                _ => unexpected(value, "a number as GitHub gives it", findings),
            },
            "aliases" => {
                for (alias, place) in texts(value, findings) {
                    let alias = address(alias, place, findings);
                    aliases.extend(alias.map(|alias| (alias, place.clone())));
                }
            }
            "leaves" => read.leaves = settings.zone.end(value, findings),
            other => unknown_key(other, place, KEYS, findings),
        }
    }
    (read, aliases)
}
