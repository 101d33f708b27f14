//! The directory: organisations, their teams and who is in them, as `--directory` takes it from a file.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry as Slot},
    sync::Arc,
};

use portcullis_model::Email;

use crate::{
    cycles::{Edges, cycles},
    finding::{Findings, Place, meant},
    node::{Entry, Node, Value, list, map, text, unexpected, unknown_key},
    read,
    spelling::one_space,
};

/// Organisations and teams by their logins and slugs in lower case.
#[derive(Debug)]
pub struct Directory {
    /// By login in lower case.
    pub(crate) accounts: BTreeMap<String, Account>,
    pub(crate) orgs: BTreeMap<String, Org>,
}

/// Somebody as the directory knows them.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) place: Place,
    /// As it is written.
    pub(crate) login: String,
    /// The number that stays when the login changes.
    pub(crate) id: Option<String>,
    /// In lower case.
    pub(crate) email: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Org {
    pub(crate) login: String,
    pub(crate) owners: BTreeSet<String>,
    pub(crate) members: BTreeSet<String>,
    pub(crate) teams: BTreeMap<String, Team>,
    /// Slugs by display name as it is compared.
    names: BTreeMap<String, Vec<String>>,
    /// Slugs of the teams immediately below one.
    children: BTreeMap<String, Vec<String>>,
}

#[derive(Debug)]
pub(crate) struct Team {
    pub(crate) name: String,
    pub(crate) parent: Option<(String, Place)>,
    pub(crate) maintainers: BTreeSet<String>,
    /// Immediate ones, maintainers among them.
    pub(crate) members: BTreeSet<String>,
}

const PERSON: [&str; 4] = ["id", "login", "name", "email"];
const ORG: [&str; 4] = ["login", "owners", "members", "teams"];
const TEAM: [&str; 5] = ["slug", "name", "parent", "maintainers", "members"];

impl Directory {
    /// Reads the file; `None` where it is not JSON. What else is wrong is told all at once.
    pub fn read(file: &str, bytes: &[u8], findings: &mut Findings) -> Option<Self> {
        let root = read::json(&Arc::from(file), bytes, findings)?;
        let mut reader = Reader {
            read: Self {
                accounts: BTreeMap::new(),
                orgs: BTreeMap::new(),
            },
            ids: BTreeMap::new(),
            findings,
        };
        let top = reader.fields(
            &root,
            ["people", "organizations"],
            &["people", "organizations"],
        );
        for person in top[0].map_or(&[][..], |node| list(node, reader.findings)) {
            reader.person(person);
        }
        for org in top[1].map_or(&[][..], |node| list(node, reader.findings)) {
            reader.org(org);
        }
        Some(reader.read)
    }
}

struct Reader<'f> {
    read: Directory,
    ids: BTreeMap<String, String>,
    findings: &'f mut Findings,
}

impl Reader<'_> {
    /// The values of a map's keys; `needed` must be there.
    fn fields<'n, const N: usize>(
        &mut self,
        node: &'n Node,
        known: [&str; N],
        needed: &[&str],
    ) -> [Option<&'n Node>; N] {
        let mut all = [None; N];
        for Entry { key, place, value } in map(node, self.findings) {
            match known.iter().position(|known| known == key) {
                Some(at) => all[at] = Some(value),
                None => unknown_key(key, place, known, self.findings),
            }
        }
        if matches!(node.value, Value::Map(_)) {
            for (key, _) in known.iter().zip(all).filter(|(_, value)| value.is_none()) {
                if needed.contains(key) {
                    self.wrong(&node.place, format!("`{key}` is missing"));
                }
            }
        }
        all
    }

    fn wrong(&mut self, place: &Place, message: String) {
        self.findings.error(place, "directory", message, "");
    }

    /// A name that is there and not empty.
    fn name<'n>(&mut self, node: Option<&'n Node>) -> Option<&'n str> {
        let node = node?;
        let name = text(node, self.findings)?;
        if name.trim().is_empty() {
            self.wrong(&node.place, "a name is empty".to_owned());
            return None;
        }
        Some(name)
    }

    fn person(&mut self, node: &Node) {
        let [id, login, name, email] = self.fields(node, PERSON, &["login"]);
        if let Some(name) = name.filter(|name| !matches!(name.value, Value::Null)) {
            text(name, self.findings);
        }
        let id = id.and_then(|id| match &id.value {
            Value::Number(is) | Value::Text(is) => Some((is.clone(), &id.place)),
            Value::Null => None,
            _ => {
                unexpected(id, "a number", self.findings);
                None
            }
        });
        let Some(login) = self.name(login) else {
            return;
        };
        if let Some((id, place)) = &id
            && let Some(other) = self.ids.insert(id.clone(), login.to_owned())
        {
            self.wrong(place, format!("`{other}` has the number {id} too"));
        }
        let account = Account {
            place: node.place.clone(),
            login: login.to_owned(),
            id: id.map(|(id, _)| id),
            email: email.and_then(|email| self.email(email, login)),
        };
        match self.read.accounts.entry(login.to_lowercase()) {
            Slot::Vacant(slot) => _ = slot.insert(account),
            Slot::Occupied(_) => {
                let message = format!("`{login}` stands among the people twice");
                self.wrong(&node.place, message);
            }
        }
    }

    fn email(&mut self, node: &Node, login: &str) -> Option<String> {
        if matches!(node.value, Value::Null) {
            return None;
        }
        let email = text(node, self.findings)?.trim();
        if Email::parse(email).is_err() {
            let message =
                format!("`{email}` of `{login}` is not an e-mail address; they are left out");
            self.findings.warn(&node.place, "email", message, "");
            return None;
        }
        Some(email.to_lowercase())
    }

    fn org(&mut self, node: &Node) {
        let [login, owners, members, teams] = self.fields(node, ORG, &ORG);
        let Some(called) = self.name(login) else {
            return;
        };
        let members = self.logins(members, called, None);
        let owners = self.logins(owners, called, Some(("owner", &members)));
        let mut org = Org {
            login: called.to_owned(),
            owners,
            members,
            teams: BTreeMap::new(),
            names: BTreeMap::new(),
            children: BTreeMap::new(),
        };
        for team in teams.map_or(&[][..], |node| list(node, self.findings)) {
            self.team(team, &mut org);
        }
        self.nesting(&org);
        for (slug, team) in &org.teams {
            let name = compared(&team.name);
            org.names.entry(name).or_default().push(slug.clone());
            if let Some((parent, _)) = &team.parent {
                let below = org.children.entry(parent.clone()).or_default();
                below.push(slug.clone());
            }
        }
        match self.read.orgs.entry(called.to_lowercase()) {
            Slot::Vacant(slot) => _ = slot.insert(org),
            Slot::Occupied(_) => {
                let message = format!("the organisation `{called}` is there twice");
                self.wrong(&node.place, message);
            }
        }
    }

    fn team(&mut self, node: &Node, org: &mut Org) {
        let needed = ["slug", "name", "maintainers", "members"];
        let [slug, name, parent, maintainers, members] = self.fields(node, TEAM, &needed);
        let parent = parent.filter(|parent| !matches!(parent.value, Value::Null));
        let parent = parent.and_then(|parent| {
            let slug = self.name(Some(parent))?;
            Some((slug.to_lowercase(), parent.place.clone()))
        });
        let name = self.name(name).map(str::to_owned);
        let Some(slug) = self.name(slug) else {
            return;
        };
        let called = format!("{}/{slug}", org.login);
        let outside = Some(("member of a team", &org.members));
        let members = self.logins(members, &org.login, outside);
        let maintainers = self.logins(maintainers, &called, Some(("maintainer", &members)));
        let team = Team {
            name: name.unwrap_or_else(|| slug.to_owned()),
            parent,
            maintainers,
            members,
        };
        match org.teams.entry(slug.to_lowercase()) {
            Slot::Vacant(slot) => _ = slot.insert(team),
            Slot::Occupied(_) => {
                self.wrong(&node.place, format!("the team `{called}` is there twice"));
            }
        }
    }

    /// Logins in lower case. They are those of people and, where it is said, among others.
    fn logins(
        &mut self,
        node: Option<&Node>,
        of: &str,
        among: Option<(&str, &BTreeSet<String>)>,
    ) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        for node in node.map_or(&[][..], |node| list(node, self.findings)) {
            let Some(written) = text(node, self.findings) else {
                continue;
            };
            let login = written.to_lowercase();
            if !self.read.accounts.contains_key(&login) {
                let message = format!("`{written}` in `{of}` is not among the people");
                let known = self.read.accounts.values();
                let hint = meant(written, known.map(|account| account.login.as_str()), "");
                self.findings.error(&node.place, "directory", message, hint);
            } else if let Some((noun, among)) = among
                && !among.contains(&login)
            {
                let message = format!("the {noun} `{written}` is not among the members of `{of}`");
                self.wrong(&node.place, message);
            }
            all.insert(login);
        }
        all
    }

    /// Whether each parent is there, and no team stands below itself.
    fn nesting(&mut self, org: &Org) {
        let mut edges: Edges<'_> = org
            .teams
            .keys()
            .map(|slug| (slug.as_str(), Vec::new()))
            .collect();
        for (slug, team) in &org.teams {
            let Some((parent, place)) = &team.parent else {
                continue;
            };
            if org.teams.contains_key(parent) {
                edges.entry(slug).or_default().push((parent, Some(place)));
            } else {
                let hint = meant(parent, org.teams.keys().map(String::as_str), "");
                let message = format!("`{}` has no team `{parent}`", org.login);
                self.findings.error(place, "directory", message, hint);
            }
        }
        for path in cycles(&edges) {
            let said: Vec<_> = path.iter().map(|(slug, _)| *slug).collect();
            let message = format!("teams stand below themselves: {}", said.join(" → "));
            if let Some(place) = path.iter().find_map(|(_, place)| *place) {
                self.wrong(place, message);
            }
        }
    }
}

impl Org {
    /// The slugs of the teams that a name means: by slug, else by display name.
    pub(crate) fn teams_called<'o>(&'o self, called: &str) -> Vec<&'o str> {
        let key = compared(called);
        if let Some((slug, _)) = self.teams.get_key_value(&key) {
            return vec![slug];
        }
        let named = self.names.get(&key).into_iter().flatten();
        named.map(String::as_str).collect()
    }

    /// The slugs of the teams immediately below one.
    pub(crate) fn below<'o>(&'o self, slug: &str) -> impl Iterator<Item = &'o str> + use<'o> {
        let children = self.children.get(slug).into_iter().flatten();
        children.map(String::as_str)
    }
}

/// A name as it is compared: any white space is one space, and no case.
fn compared(name: &str) -> String {
    one_space(name).to_lowercase()
}
