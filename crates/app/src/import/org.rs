//! Import an organisation: people, teams and repositories.
//!
//! Teams become groups; a team's parent and the teams it includes become inclusions, so that their
//! people count as the team's own. Repositories become apps whose groups, one for each role used,
//! confer `repo:<org>/<name>:<role>`. What an earlier import granted and the file no longer says is
//! ended; what people granted in Portcullis stays.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    fmt,
    sync::Arc,
};

use portcullis_model::{
    Context, Description, Email, FieldError, Grant, Login, MembershipKind, Name, OperationName,
    Permission, name, name::PermissionName,
};
use serde::{Deserialize, de::IgnoredAny};

use super::{Once, good, said};
use crate::sync::{
    At, Desired, DesiredApp, DesiredEntitlement, DesiredGroup, DesiredInclusion, DesiredKind,
    DesiredMembership, DesiredUser, FactKind, Kept, Scope, Source, Unsaid, UserKey, Wording,
};

/// The file. It may say more that is of no use here, and is read by others: `sandbox github` serves
/// it. Of that only what is known is let through, so that nothing misspelt is.
#[derive(Clone, Debug, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "an organisation: an object with `people`, `teams` and `repos`"
)]
pub struct Org {
    /// Everybody.
    pub people: Vec<Person>,
    /// All teams.
    #[serde(default)]
    pub teams: Vec<Team>,
    /// All repositories.
    #[serde(default)]
    pub repos: Vec<Repo>,
    /// Who is in which organisation; not for here.
    #[serde(default)]
    pub orgs: IgnoredAny,
}

/// A person.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a person: an object with a `login`")]
pub struct Person {
    /// Their login.
    pub login: String,
    /// As people call them. Where it is not said, it stays; somebody new is called by login.
    #[serde(default)]
    pub name: Option<String>,
    /// Where they can be written to.
    #[serde(default)]
    pub email: Option<String>,
    /// Their number where the file is served; not for here.
    #[serde(default)]
    pub id: IgnoredAny,
    /// By which they are known where the file is served; not for here.
    #[serde(default)]
    pub tokens: IgnoredAny,
}

/// A team. Its people are its members, those of the teams it includes, and those of the teams
/// whose parent it is, recursively.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a team: an object with a `name`")]
pub struct Team {
    /// Its name.
    pub name: String,
    /// The team it is part of.
    #[serde(default)]
    pub parent: Option<String>,
    /// What it does. Where it is not said, it stays.
    #[serde(default)]
    pub description: Option<String>,
    /// Who decides about it: its owners. Where they are not said, they stay.
    #[serde(default)]
    pub maintainers: Option<Vec<String>>,
    /// Who is in it. Where they are not said, they stay.
    #[serde(default)]
    pub members: Option<Vec<String>>,
    /// Teams whose people count as its own.
    #[serde(default)]
    pub includes: Vec<String>,
    /// What sort of team it is; not for here.
    #[serde(default)]
    pub kind: IgnoredAny,
    /// Whether it has done its work; its people are said all the same.
    #[serde(default)]
    pub archived: IgnoredAny,
    /// Who was in it; not for here.
    #[serde(default)]
    pub former: IgnoredAny,
}

/// A repository.
#[derive(Clone, Debug, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a repository: an object with `org` and `name`"
)]
pub struct Repo {
    /// The organisation it belongs to.
    pub org: String,
    /// Its name in the organisation.
    pub name: String,
    /// What is in it. Where it is not said, it stays.
    #[serde(default)]
    pub description: Option<String>,
    /// An archived repository confers nothing.
    #[serde(default)]
    pub archived: bool,
    /// The role of each team with access.
    #[serde(default)]
    pub teams: BTreeMap<String, String>,
    /// The role of each person with access of their own.
    #[serde(default)]
    pub people: BTreeMap<String, String>,
    /// The branch work goes to; not for here.
    #[serde(default)]
    pub default_branch: IgnoredAny,
    /// Whether it is a copy of another; not for here.
    #[serde(default)]
    pub fork: IgnoredAny,
    /// What is in it, by path; not for here.
    #[serde(default)]
    pub files: IgnoredAny,
}

impl Source for Org {
    const OPERATION: OperationName = OperationName::ImportOrg;

    fn read(&self, context: &Context) -> (Desired, Vec<FieldError>) {
        let mut read = Reader {
            context,
            people: Once::default(),
            teams: Once::default(),
            repos: Once::default(),
            groups: BTreeMap::new(),
            faults: Vec::new(),
            desired: Desired {
                scope: Scope {
                    kinds: [
                        FactKind::Membership,
                        FactKind::Inclusion,
                        FactKind::Entitlement,
                    ]
                    .into(),
                    ..Scope::default()
                },
                ..Desired::default()
            },
        };
        self.people
            .iter()
            .enumerate()
            .for_each(|(i, person)| read.person(i, person));
        self.teams
            .iter()
            .enumerate()
            .for_each(|(i, team)| read.team(i, team));
        self.teams
            .iter()
            .enumerate()
            .for_each(|(i, team)| read.people_of(i, team));
        self.repos
            .iter()
            .enumerate()
            .for_each(|(i, repo)| read.repo(i, repo));
        (read.desired, read.faults)
    }
}

/// What a name stands for in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Called {
    Team,
    /// Who own the app of a repository.
    Owners(String),
    /// Who get this permission on a repository.
    Grants(String),
}

impl fmt::Display for Called {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Team => f.write_str("a team"),
            Self::Owners(repo) => write!(f, "the owners of `{repo}`"),
            Self::Grants(permission) => write!(f, "who may `{permission}`"),
        }
    }
}

struct Reader<'a> {
    context: &'a Context,
    /// Logins in lower case.
    people: Once,
    /// Names of teams and of repositories.
    teams: Once,
    repos: Once,
    /// What each name, in lower case, stands for: a team, or a group of a repository.
    groups: BTreeMap<String, Called>,
    faults: Vec<FieldError>,
    desired: Desired,
}

impl Reader<'_> {
    fn fault(&mut self, at: String, message: String) {
        self.faults.push(FieldError::new(at, message));
    }

    fn person(&mut self, i: usize, person: &Person) {
        let at = |field: &str| format!("/people/{i}/{field}");
        let faults = &mut self.faults;
        let said = person.name.as_deref();
        let said = said.filter(|name| !name.trim().is_empty());
        let login = good(faults, at("login"), Login::parse(&person.login));
        let name = good(faults, at("name"), said.map(Name::parse).transpose());
        let email = person.email.as_deref().map(Email::parse).transpose();
        let email = good(faults, at("email"), email);
        let (Some(login), Some(name), Some(email)) = (login, name, email) else {
            return;
        };
        if let Err(twice) = self.people.insert(login.key(), &*login, at("login")) {
            return self.faults.push(twice);
        }
        self.desired.users.push(DesiredUser {
            at: at("login"),
            login: Some(login),
            name,
            email,
            ..DesiredUser::default()
        });
    }

    fn team(&mut self, i: usize, team: &Team) {
        let at = format!("/teams/{i}/name");
        let Some(name) = good(&mut self.faults, &at, Name::parse(&team.name)) else {
            return;
        };
        if let Err(twice) = self.teams.insert(name.key(), &*name, &at) {
            return self.faults.push(twice);
        }
        self.groups.insert(name.key(), Called::Team);
        self.group(at, name, team.description.as_deref(), DesiredKind::Group);
    }

    fn group(&mut self, at: String, name: Name, description: Option<&str>, kind: DesiredKind) {
        let description = description.map(|text| self.describe(&at, text));
        self.desired.groups.push(DesiredGroup {
            at,
            name,
            description: description.map_or(Wording::Unsaid, Wording::Always),
            kind,
            kept: Kept::Here,
            listed: true,
        });
    }

    fn people_of(&mut self, i: usize, team: &Team) {
        let (name, at) = (&team.name, |field: &str| format!("/teams/{i}/{field}"));
        let silent = [
            (team.members.is_none(), MembershipKind::Member),
            (team.maintainers.is_none(), MembershipKind::Owner),
        ];
        let silent = silent.into_iter().filter(|(silent, _)| *silent);
        let unsaid = silent.map(|(_, kind)| (name::key(name), Unsaid::People(kind)));
        self.desired.scope.unsaid.extend(unsaid);
        let group: Arc<str> = name.as_str().into();
        for (field, listed, kind) in [
            ("members", &team.members, MembershipKind::Member),
            ("maintainers", &team.maintainers, MembershipKind::Owner),
        ] {
            let list: Arc<str> = at(field).into();
            for (n, login) in listed.iter().flatten().enumerate() {
                self.member(login, &group, kind, At::item(&list, n));
            }
        }
        for (n, child) in team.includes.iter().enumerate() {
            self.include(child, name, child, at(&format!("includes/{n}")));
        }
        if let Some(parent) = &team.parent {
            self.include(name, parent, parent, at("parent"));
        }
    }

    fn member(&mut self, login: &str, group: &Arc<str>, kind: MembershipKind, at: At) {
        let Some(known) = self.people.get(&name::key(login)) else {
            let wrong = format!("there is no person `{login}` in the file");
            return self.fault(at.to_string(), wrong);
        };
        self.desired.memberships.push(DesiredMembership {
            said: said(at),
            user: UserKey::Login(Arc::clone(known)),
            group: Arc::clone(group),
            kind,
        });
    }

    /// The members of `child` in `target`, of which `named` stands at `at`.
    fn include(&mut self, child: &str, target: &str, named: &str, at: String) {
        if self.groups.get(&name::key(named)) != Some(&Called::Team) {
            return self.fault(at, format!("there is no team `{named}` in the file"));
        }
        self.desired.inclusions.push(DesiredInclusion {
            said: said(at),
            child: child.into(),
            target: target.into(),
            kind: MembershipKind::Member,
        });
    }

    fn repo(&mut self, i: usize, repo: &Repo) {
        let full = format!("{}/{}", repo.org, repo.name);
        let at = format!("/repos/{i}");
        let Some(app) = good(&mut self.faults, format!("{at}/name"), Name::parse(&full)) else {
            return;
        };
        let here = format!("{at}/name");
        if let Err(twice) = self.repos.insert(app.key(), &*app, here) {
            return self.faults.push(twice);
        }
        let described = repo.description.as_deref();
        let description = described.map(|text| self.describe(&at, text));
        let owners = self.describe(&at, &format!("Owners of {full}"));
        self.desired.apps.push(DesiredApp {
            at: format!("{at}/name"),
            name: app.clone(),
            description,
            owners,
        });
        // Made with the app: nothing else may go by their name.
        let owners = self.context.policy.owners_group_name(&app);
        if let Some(owners) = good(&mut self.faults, &at, Name::parse(&owners)) {
            self.takes(&at, &owners, Called::Owners(full));
        }
        for (field, named) in [("teams", &repo.teams), ("people", &repo.people)] {
            let mut once = Once::default();
            for called in named.keys() {
                let at = format!("{at}/{field}/{called}");
                let twice = once.insert(name::key(called), called.as_str(), at);
                self.faults.extend(twice.err());
            }
        }
        let given = |to: &BTreeMap<String, String>| (!repo.archived).then(|| to.clone());
        for (team, role) in given(&repo.teams).into_iter().flatten() {
            if let Some(group) = self.repo_group(&at, &app, &role) {
                self.include(&team, &group, &team, format!("{at}/teams/{team}"));
            }
        }
        for (login, role) in given(&repo.people).into_iter().flatten() {
            if let Some(group) = self.repo_group(&at, &app, &role) {
                let at = format!("{at}/people/{login}");
                self.member(&login, &group.into(), MembershipKind::Member, at.into());
            }
        }
    }

    /// Takes a name for something, once; nothing where it stands for something else already, whose
    /// people would get into it.
    fn takes(&mut self, at: &str, name: &Name, called: Called) -> Option<bool> {
        match self.groups.entry(name.key()) {
            Entry::Vacant(free) => {
                free.insert(called);
                Some(true)
            }
            Entry::Occupied(there) if *there.get() == called => Some(false),
            Entry::Occupied(there) => {
                let (there, called) = (there.get().clone(), called);
                let message = format!(
                    "the group `{name}` would be {called} and is {there} in this file; call one otherwise"
                );
                self.fault(at.to_owned(), message);
                None
            }
        }
    }

    /// The name of the app group that confers `role` on a repository.
    fn repo_group(&mut self, at: &str, app: &Name, role: &str) -> Option<String> {
        let name = format!("{}{role}", self.context.policy.app_group_prefix(app));
        let name = good(&mut self.faults, at, Name::parse(&name));
        let permission = PermissionName::parse(&format!("repo:{app}:{role}"));
        let permission = good(&mut self.faults, at, permission);
        let (name, permission) = (name?, permission?);
        if self.takes(at, &name, Called::Grants(permission.to_string()))? {
            let grant = Grant::Permission(Permission {
                name: permission,
                environments: BTreeSet::new(),
            });
            self.desired.entitlements.push(DesiredEntitlement {
                said: said(at),
                group: (*name).into(),
                grant,
            });
            let kind = DesiredKind::App(app.clone());
            self.group(
                at.to_owned(),
                name.clone(),
                Some(&format!("May {role} {app}")),
                kind,
            );
        }
        Some(name.to_string())
    }

    /// The first 1024 letters of a description; code hosts allow more.
    fn describe(&mut self, at: &str, text: &str) -> Description {
        let cut: String = text.chars().take(1024).collect();
        good(&mut self.faults, at, Description::parse(&cut)).unwrap_or_default()
    }
}
