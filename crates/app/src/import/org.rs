//! Import an organisation: people, teams and repositories.
//!
//! Teams become groups; a team's parent and the teams it includes become inclusions, so that their
//! people count as the team's own. Repositories become apps whose groups, one for each role used,
//! confer `repo:<org>/<name>:<role>`. What an earlier import granted and the file no longer says is
//! ended; what people granted in Portcullis stays.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_model::{
    App, Change, ChangeSet, Context, Edit, Expiry, FieldError, Grant, Group, GroupKind, Id,
    Inclusion, Membership, MembershipKind, OperationName, Permission, Refusal, User, UserKind,
    World,
    name::{Description, Email, Login, Name, PermissionName, Reason},
    record::{AppOrigin, AppPart, Authority},
};
use serde::Deserialize;

use crate::{Operation, grants};

/// The file.
#[derive(Clone, Debug, Deserialize)]
pub struct Org {
    /// Everybody.
    pub people: Vec<Person>,
    /// All teams.
    #[serde(default)]
    pub teams: Vec<Team>,
    /// All repositories.
    #[serde(default)]
    pub repos: Vec<Repo>,
}

/// A person.
#[derive(Clone, Debug, Deserialize)]
pub struct Person {
    /// Their login.
    pub login: String,
    /// As people call them.
    #[serde(default)]
    pub name: String,
    /// Where they can be written to.
    #[serde(default)]
    pub email: Option<String>,
}

/// A team. Its people are its members, those of the teams it includes, and those of the teams
/// whose parent it is, recursively.
#[derive(Clone, Debug, Deserialize)]
pub struct Team {
    /// Its name.
    pub name: String,
    /// The team it is part of.
    #[serde(default)]
    pub parent: Option<String>,
    /// What it does.
    #[serde(default)]
    pub description: String,
    /// Who decides about it: its owners.
    #[serde(default)]
    pub maintainers: Vec<String>,
    /// Who is in it.
    #[serde(default)]
    pub members: Vec<String>,
    /// Teams whose people count as its own.
    #[serde(default)]
    pub includes: Vec<String>,
}

/// A repository.
#[derive(Clone, Debug, Deserialize)]
pub struct Repo {
    /// The organisation it belongs to.
    pub org: String,
    /// Its name in the organisation.
    pub name: String,
    /// What is in it.
    #[serde(default)]
    pub description: String,
    /// An archived repository confers nothing.
    #[serde(default)]
    pub archived: bool,
    /// The role of each team with access.
    #[serde(default)]
    pub teams: BTreeMap<String, String>,
    /// The role of each person with access of their own.
    #[serde(default)]
    pub people: BTreeMap<String, String>,
}

/// Brings the world in line with the file.
#[derive(Clone, Debug)]
pub struct ImportOrg {
    /// The file.
    pub org: Org,
}

impl Operation for ImportOrg {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let mut import = Import {
            world,
            context,
            change: ChangeSet::new(OperationName::ImportOrg),
            faults: Vec::new(),
            users: BTreeMap::new(),
            groups: BTreeMap::new(),
            memberships: BTreeSet::new(),
            inclusions: BTreeSet::new(),
            entitlements: BTreeSet::new(),
        };
        self.org
            .people
            .iter()
            .enumerate()
            .for_each(|(i, person)| import.person(i, person));
        self.org
            .teams
            .iter()
            .enumerate()
            .for_each(|(i, team)| import.team(i, team));
        self.org
            .teams
            .iter()
            .enumerate()
            .for_each(|(i, team)| import.people_of_team(i, team));
        self.org
            .repos
            .iter()
            .enumerate()
            .for_each(|(i, repo)| import.repo(i, repo));
        import.finish()
    }
}

struct Import<'a> {
    world: &'a World,
    context: &'a Context,
    change: ChangeSet,
    faults: Vec<FieldError>,
    /// By login in lower case.
    users: BTreeMap<String, Id<User>>,
    /// Teams by name in lower case.
    groups: BTreeMap<String, Id<Group>>,
    /// What the file says.
    memberships: BTreeSet<(Id<User>, Id<Group>, MembershipKind)>,
    inclusions: BTreeSet<(Id<Group>, Id<Group>, MembershipKind)>,
    entitlements: BTreeSet<(Id<Group>, String)>,
}

impl Import<'_> {
    fn fault(&mut self, at: String, message: impl Into<String>) {
        self.faults.push(FieldError::new(at, message));
    }

    fn reason() -> Reason {
        grants::reason("as the imported file says")
    }

    fn describe(text: &str) -> Description {
        let cut: String = text.chars().take(1024).collect();
        Description::parse(&cut).unwrap_or_default()
    }

    fn person(&mut self, at: usize, person: &Person) {
        let login = match Login::parse(&person.login) {
            Ok(login) => login,
            Err(bad) => return self.fault(format!("/people/{at}/login"), bad.0),
        };
        let shown = if person.name.trim().is_empty() {
            &person.login
        } else {
            &person.name
        };
        let name = match Name::parse(shown) {
            Ok(name) => name,
            Err(bad) => return self.fault(format!("/people/{at}/name"), bad.0),
        };
        let email = match person.email.as_deref().map(Email::parse).transpose() {
            Ok(email) => email,
            Err(bad) => return self.fault(format!("/people/{at}/email"), bad.0),
        };
        if self.users.contains_key(&login.key()) {
            return self.fault(
                format!("/people/{at}/login"),
                format!("`{login}` stands here twice"),
            );
        }
        let id = match self.world.find_user(&login) {
            Some(before) => {
                let after = User {
                    name,
                    email: email.or_else(|| before.email.clone()),
                    ..before.clone()
                };
                if *before != after {
                    self.change.push(Edit::update(before.clone(), after));
                }
                before.id
            }
            None => {
                let user = User {
                    id: self.context.id(),
                    login: login.clone(),
                    name,
                    email,
                    kind: UserKind::Person,
                    manager: None,
                    attributes: BTreeMap::new(),
                };
                let id = user.id;
                self.change.push(Edit::create(user));
                id
            }
        };
        self.users.insert(login.key(), id);
    }

    fn team(&mut self, at: usize, team: &Team) {
        let name = match Name::parse(&team.name) {
            Ok(name) => name,
            Err(bad) => return self.fault(format!("/teams/{at}/name"), bad.0),
        };
        if self.groups.contains_key(&name.key()) {
            return self.fault(
                format!("/teams/{at}/name"),
                format!("`{name}` stands here twice"),
            );
        }
        let id = self.group(&name, &team.description, GroupKind::Group);
        self.groups.insert(name.key(), id);
    }

    /// The group of that name, made or brought in line.
    fn group(&mut self, name: &Name, description: &str, kind: GroupKind) -> Id<Group> {
        let description = Self::describe(description);
        match self.world.find_group(name) {
            Some(before) => {
                let after = Group {
                    description,
                    ..before.clone()
                };
                if *before != after {
                    self.change.push(Edit::update(before.clone(), after));
                }
                before.id
            }
            None => {
                let group = Group {
                    id: self.context.id(),
                    name: name.clone(),
                    description,
                    kind,
                    authority: Authority::Portcullis,
                    tags: Vec::new(),
                };
                let id = group.id;
                self.change.push(Edit::create(group));
                id
            }
        }
    }

    fn find_user(&mut self, login: &str, at: String) -> Option<Id<User>> {
        let found = self.users.get(&portcullis_model::name::key(login)).copied();
        if found.is_none() {
            self.fault(at, format!("there is no person `{login}` in the file"));
        }
        found
    }

    fn find_team(&mut self, name: &str, at: String) -> Option<Id<Group>> {
        let found = self.groups.get(&portcullis_model::name::key(name)).copied();
        if found.is_none() {
            self.fault(at, format!("there is no team `{name}` in the file"));
        }
        found
    }

    fn people_of_team(&mut self, at: usize, team: &Team) {
        let Some(id) = self
            .groups
            .get(&portcullis_model::name::key(&team.name))
            .copied()
        else {
            return;
        };
        for (i, login) in team.members.iter().enumerate() {
            if let Some(user) = self.find_user(login, format!("/teams/{at}/members/{i}")) {
                self.member(user, id, MembershipKind::Member);
            }
        }
        for (i, login) in team.maintainers.iter().enumerate() {
            if let Some(user) = self.find_user(login, format!("/teams/{at}/maintainers/{i}")) {
                self.member(user, id, MembershipKind::Owner);
            }
        }
        for (i, name) in team.includes.iter().enumerate() {
            if let Some(child) = self.find_team(name, format!("/teams/{at}/includes/{i}")) {
                self.include(child, id);
            }
        }
        if let Some(parent) = &team.parent
            && let Some(parent) = self.find_team(parent, format!("/teams/{at}/parent"))
        {
            self.include(id, parent);
        }
    }

    fn member(&mut self, user: Id<User>, group: Id<Group>, kind: MembershipKind) {
        if !self.memberships.insert((user, group, kind)) {
            return;
        }
        let (context, reason) = (self.context, Self::reason());
        match self.world.direct(user, group, kind) {
            Some(there) if there.validity.contains(context.now) => {}
            Some(lapsed) => {
                let renewed = lapsed.extend(context, Expiry::NEVER, &reason);
                self.change.push(Edit::update(lapsed.clone(), renewed));
            }
            None => {
                let made = Membership::grant(context, user, group, kind, Expiry::NEVER, &reason);
                self.change.push(Edit::create(made));
            }
        }
    }

    fn include(&mut self, child: Id<Group>, target: Id<Group>) {
        if !self
            .inclusions
            .insert((child, target, MembershipKind::Member))
        {
            return;
        }
        let (context, reason, kind) = (self.context, Self::reason(), MembershipKind::Member);
        match self.world.inclusion_of(child, target, kind) {
            Some(there) if there.validity.contains(context.now) => {}
            Some(lapsed) => {
                let renewed = lapsed.extend(context, Expiry::NEVER, &reason);
                self.change.push(Edit::update(lapsed.clone(), renewed));
            }
            None => {
                let made = Inclusion::grant(context, child, target, kind, Expiry::NEVER, &reason);
                self.change.push(Edit::create(made));
            }
        }
    }

    fn repo(&mut self, at: usize, repo: &Repo) {
        let full = format!("{}/{}", repo.org, repo.name);
        let name = match Name::parse(&full) {
            Ok(name) => name,
            Err(bad) => return self.fault(format!("/repos/{at}/name"), bad.0),
        };
        let app = self.app(&name, &repo.description);
        let owners = self.context.policy.owners_group_name(&name);
        if let Ok(owners) = Name::parse(&owners) {
            let kind = GroupKind::App {
                app,
                part: AppPart::Owners,
            };
            self.group(&owners, &format!("Owners of {full}"), kind);
        }
        if repo.archived {
            return;
        }
        for (team, role) in &repo.teams {
            let child = self.find_team(team, format!("/repos/{at}/teams/{team}"));
            let group = self.repo_group(at, &full, app, role);
            if let (Some(child), Some(group)) = (child, group) {
                self.include(child, group);
            }
        }
        for (login, role) in &repo.people {
            let user = self.find_user(login, format!("/repos/{at}/people/{login}"));
            let group = self.repo_group(at, &full, app, role);
            if let (Some(user), Some(group)) = (user, group) {
                self.member(user, group, MembershipKind::Member);
            }
        }
    }

    fn app(&mut self, name: &Name, description: &str) -> Id<App> {
        let description = Self::describe(description);
        match self.world.find_app(name) {
            Some(before) => {
                let after = App {
                    description,
                    ..before.clone()
                };
                if *before != after {
                    self.change.push(Edit::update(before.clone(), after));
                }
                before.id
            }
            None => {
                let app = App {
                    id: self.context.id(),
                    name: name.clone(),
                    description,
                    tags: Vec::new(),
                    origin: AppOrigin::Made,
                };
                let id = app.id;
                self.change.push(Edit::create(app));
                id
            }
        }
    }

    /// The app group that confers `role` on a repository.
    fn repo_group(&mut self, at: usize, full: &str, app: Id<App>, role: &str) -> Option<Id<Group>> {
        let name = format!("{}{role}", self.context.policy.app_group_prefix(full));
        let permission = format!("repo:{full}:{role}");
        let parsed =
            Name::parse(&name).and_then(|name| Ok((name, PermissionName::parse(&permission)?)));
        let (name, permission) = match parsed {
            Ok(both) => both,
            Err(bad) => {
                self.fault(format!("/repos/{at}"), bad.0);
                return None;
            }
        };
        if let Some(id) = self.groups.get(&name.key()) {
            return Some(*id);
        }
        let kind = GroupKind::App {
            app,
            part: AppPart::Access,
        };
        let id = self.group(&name, &format!("May {role} {full}"), kind);
        self.groups.insert(name.key(), id);
        self.entitlements.insert((id, permission.key()));
        let grant = Grant::Permission(Permission {
            name: permission,
            environments: BTreeSet::new(),
        });
        let there = self.world.conferred(id, &grant);
        if !there.is_some_and(|there| there.validity.contains(self.context.now)) {
            let reason = Self::reason();
            let world = self.world;
            let made = world.grant_entitlement(self.context, id, grant, Expiry::NEVER, &reason);
            self.change.push(made);
        }
        Some(id)
    }

    fn finish(mut self) -> Result<ChangeSet, Refusal> {
        if !self.faults.is_empty() {
            return Err(Refusal::Invalid(self.faults));
        }
        let by = self.context.actor;
        let mut ended: Vec<Change> = Vec::new();
        for m in self.world.memberships().filter(|m| m.granted_by == by) {
            if !self.memberships.contains(&(m.user, m.group, m.kind)) {
                ended.push(m.end().into());
            }
        }
        for i in self.world.inclusions().filter(|i| i.granted_by == by) {
            if !self.inclusions.contains(&(i.child, i.target, i.kind)) {
                ended.push(i.end().into());
            }
        }
        for e in self.world.entitlements().filter(|e| e.granted_by == by) {
            if !self.entitlements.contains(&(e.group, e.grant.key())) {
                ended.push(e.end().into());
            }
        }
        // Ends come first: what takes their place may need the room.
        ended.append(&mut self.change.changes);
        self.change.changes = ended;
        Ok(self.change)
    }
}
