//! The repository as facts of the model: users, groups, inclusions, memberships and entitlements.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use portcullis_model::{
    Actor, ChangeSet, Context, Edit, Email, Entitlement, Expiry, Grant, Group, GroupKind, Id, Ids,
    Inclusion, Login, Means, Membership, MembershipKind, Name, OperationName, Permission, Policy,
    Reason, Refusal, SystemActor, Timestamp, User, UserKind, World,
    name::{Environment, ParseTextError},
    record::Authority,
};
use uuid::Uuid;

use crate::{
    Directory, Repository,
    cycles::order,
    grantee::{Grantee, Role, Who},
    repository,
};

/// Why there are no facts of it; a repository without errors has them.
#[derive(Debug)]
pub(crate) struct Unsaid(pub(crate) String);

impl From<ParseTextError> for Unsaid {
    fn from(wrong: ParseTextError) -> Self {
        Self(wrong.0)
    }
}

impl From<Refusal> for Unsaid {
    fn from(wrong: Refusal) -> Self {
        Self(wrong.to_string())
    }
}

/// What a group of the model stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Group(String),
    /// Of a group with `except`: whom it takes in, and whom out.
    Taken(String),
    Out(String),
    Org(String),
    /// With the teams below.
    Team(String, String),
    Immediate(String, String, BTreeSet<Role>),
    /// Who is granted a permission in some environments.
    Granted(String, BTreeSet<String>),
}

/// Numbers in order, so that the same repository has the same facts.
#[derive(Debug, Default)]
struct Counted(AtomicU64);

impl Ids for Counted {
    fn next(&self, _: Timestamp) -> Uuid {
        Uuid::from_u128(u128::from(self.0.fetch_add(1, Ordering::Relaxed) + 1))
    }
}

/// The world that a repository and a directory describe, and whose e-mail address each user has.
pub(crate) struct Facts {
    pub(crate) world: World,
    pub(crate) emails: BTreeMap<Id<User>, String>,
}

struct Builder<'b> {
    repository: &'b Repository,
    directory: Option<&'b Directory>,
    context: Context,
    people: BTreeMap<String, Id<User>>,
    groups: BTreeMap<Key, Id<Group>>,
    members: BTreeMap<(Id<User>, Id<Group>), Expiry>,
    inclusions: BTreeMap<(Id<Group>, Id<Group>), Expiry>,
    records: ChangeSet,
}

pub(crate) fn facts(
    repository: &Repository,
    directory: Option<&Directory>,
    now: Timestamp,
) -> Result<Facts, Unsaid> {
    let context = Context {
        actor: Actor::System(SystemActor::Operator),
        means: Means::default(),
        now,
        policy: Arc::new(Policy::default()),
        ids: Arc::new(Counted::default()),
    };
    let mut builder = Builder {
        repository,
        directory,
        context,
        people: BTreeMap::new(),
        groups: BTreeMap::new(),
        members: BTreeMap::new(),
        inclusions: BTreeMap::new(),
        records: ChangeSet::new(OperationName::GroupCreate),
    };
    for (path, group) in &repository.groups {
        builder.group(path, &group.members)?;
    }
    for (key, permission) in &repository.permissions {
        for grantee in &permission.grants {
            let granted = builder.of(&Key::Granted(key.clone(), grantee.only.clone()))?;
            builder.add(grantee, granted)?;
        }
    }
    builder.entitle()?;
    builder.finish()
}

impl Builder<'_> {
    fn group(&mut self, path: &str, members: &[Grantee]) -> Result<(), Unsaid> {
        let own = self.of(&Key::Group(path.to_owned()))?;
        let has_except = members.iter().any(|member| member.except);
        let into = if has_except {
            self.of(&Key::Taken(path.to_owned()))?
        } else {
            own
        };
        for member in members {
            let target = if member.except {
                self.of(&Key::Out(path.to_owned()))?
            } else {
                into
            };
            self.add(member, target)?;
        }
        let below = format!("{path}/");
        let children = self.repository.groups.keys();
        let children = children.filter(|child| {
            child
                .strip_prefix(&below)
                .is_some_and(|name| !name.contains('/'))
        });
        for child in children.cloned().collect::<Vec<_>>() {
            let child = self.of(&Key::Group(child))?;
            self.include(child, into, Expiry::NEVER);
        }
        Ok(())
    }

    /// The group of the model for a key, made when first asked for.
    fn of(&mut self, key: &Key) -> Result<Id<Group>, Unsaid> {
        if let Some(id) = self.groups.get(key) {
            return Ok(*id);
        }
        let group = Group {
            id: self.context.id(),
            source: None,
            name: Name::parse(&format!("code-{}", self.groups.len()))?,
            description: portcullis_model::Description::default(),
            kind: GroupKind::Group,
            authority: Authority::default(),
            tags: Vec::new(),
        };
        let id = group.id;
        self.records.push(Edit::create(group));
        self.groups.insert(key.clone(), id);
        self.fill(key, id)?;
        Ok(id)
    }

    /// Who is in an organisation or a team, by the directory.
    fn fill(&mut self, key: &Key, id: Id<Group>) -> Result<(), Unsaid> {
        let (Key::Org(org) | Key::Team(org, _) | Key::Immediate(org, ..)) = key else {
            return Ok(());
        };
        let Some(org) = self.directory.and_then(|all| all.orgs.get(org)) else {
            return Ok(());
        };
        let logins: Vec<&String> = match key {
            Key::Team(_, slug) => {
                let team = org.teams.get(slug);
                for child in org.below(slug).map(str::to_owned).collect::<Vec<_>>() {
                    let child = self.of(&Key::Team(org.login.to_lowercase(), child))?;
                    self.include(child, id, Expiry::NEVER);
                }
                team.into_iter().flat_map(|team| &team.members).collect()
            }
            Key::Immediate(_, slug, roles) => {
                let team = org.teams.get(slug);
                let maintains = |login: &String| {
                    org.owners.contains(login)
                        || team.is_some_and(|team| team.maintainers.contains(login))
                };
                let role = |login: &&String| {
                    let is = if maintains(login) {
                        Role::Maintainer
                    } else {
                        Role::Member
                    };
                    roles.is_empty() || roles.contains(&is)
                };
                team.into_iter()
                    .flat_map(|team| &team.members)
                    .filter(role)
                    .collect()
            }
            _ => org.members.iter().collect(),
        };
        for login in logins {
            let email = self
                .directory
                .and_then(|all| all.emails.get(login)?.clone());
            if let Some(email) = email.filter(|email| self.repository.settings.allows(email)) {
                let person = self.person(&email)?;
                self.join(person, id, Expiry::NEVER);
            }
        }
        Ok(())
    }

    fn add(&mut self, grantee: &Grantee, target: Id<Group>) -> Result<(), Unsaid> {
        let until = Expiry::from(grantee.until);
        let key = match &grantee.who {
            Who::Email(email) => {
                let person = self.person(email)?;
                self.join(person, target, until);
                return Ok(());
            }
            Who::Group(path) => Key::Group(path.clone()),
            Who::Org(org) => Key::Org(org.to_lowercase()),
            Who::Team { org, team } => {
                let org = org.to_lowercase();
                let there = self.directory.and_then(|all| all.orgs.get(&org));
                let slug = there.and_then(|org| org.teams_called(team).first().copied());
                let slug = slug.unwrap_or(team).to_owned();
                if grantee.immediate || !grantee.roles.is_empty() {
                    Key::Immediate(org, slug, grantee.roles.clone())
                } else {
                    Key::Team(org, slug)
                }
            }
        };
        let child = self.of(&key)?;
        self.include(child, target, until);
        Ok(())
    }

    fn person(&mut self, email: &str) -> Result<Id<User>, Unsaid> {
        if let Some(id) = self.people.get(email) {
            return Ok(*id);
        }
        let user = User {
            id: self.context.id(),
            source: None,
            login: Login::parse(&format!("person-{}", self.people.len()))?,
            name: Name::parse(&format!("Person {}", self.people.len()))?,
            email: Some(Email::parse(email)?),
            kind: UserKind::Person,
            manager: None,
            attributes: BTreeMap::new(),
        };
        let id = user.id;
        self.records.push(Edit::create(user));
        self.people.insert(email.to_owned(), id);
        Ok(id)
    }

    fn join(&mut self, person: Id<User>, group: Id<Group>, until: Expiry) {
        let known = self.members.entry((person, group)).or_insert(until);
        *known = until.max(*known);
    }

    fn include(&mut self, child: Id<Group>, target: Id<Group>, until: Expiry) {
        let known = self.inclusions.entry((child, target)).or_insert(until);
        *known = until.max(*known);
    }

    /// What is granted, with all it implies, where it is granted.
    fn entitle(&mut self) -> Result<(), Unsaid> {
        for (key, group) in &self.groups {
            let Key::Granted(permission, only) = key else {
                continue;
            };
            let mut all = BTreeSet::from([permission.as_str()]);
            let mut todo = vec![permission.as_str()];
            while let Some(key) = todo.pop() {
                let implied = self.repository.permissions.get(key).into_iter();
                for (implied, _) in implied.flat_map(|permission| &permission.implies) {
                    if all.insert(implied) {
                        todo.push(implied);
                    }
                }
            }
            let environments = only.iter().map(|name| Environment::parse(name));
            let environments = environments.collect::<Result<BTreeSet<_>, _>>()?;
            for key in all {
                let name = repository::name(key).ok_or_else(|| Unsaid(key.to_owned()))?;
                let grant = Grant::Permission(Permission {
                    name,
                    environments: environments.clone(),
                });
                let (until, reason) = (Expiry::NEVER, Reason::default());
                let held = Entitlement::grant(&self.context, *group, grant, until, &reason);
                self.records.push(Edit::create(held));
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Facts, Unsaid> {
        let reason = Reason::default();
        let now = self.context.now;
        for ((child, target), until) in &self.inclusions {
            let kind = MembershipKind::Member;
            let fact = Inclusion::grant(&self.context, *child, *target, kind, *until, &reason);
            self.records.push(Edit::create(fact));
        }
        for ((person, group), until) in &self.members {
            let kind = MembershipKind::Member;
            let fact = Membership::grant(&self.context, *person, *group, kind, *until, &reason);
            self.records.push(Edit::create(fact));
        }
        let mut world = World::default().after(&self.records)?;
        // From the bottom up: whom a group takes out may itself come from a group that takes out.
        for path in order(&self.repository.group_edges()).0 {
            let find = |key| self.groups.get(&key).copied();
            let Some(taken) = find(Key::Taken(path.to_owned())) else {
                continue;
            };
            let (Some(own), Some(out)) = (
                find(Key::Group(path.to_owned())),
                find(Key::Out(path.to_owned())),
            ) else {
                continue;
            };
            let kind = MembershipKind::Member;
            let ids = |group| -> Vec<Id<User>> {
                world
                    .holders(group, kind, now)
                    .iter()
                    .map(|holder| holder.user.id)
                    .collect()
            };
            let out: BTreeSet<_> = ids(out).iter().map(|id| id.uuid()).collect();
            let mut change = ChangeSet::new(OperationName::GroupAddPeople);
            for person in ids(taken)
                .into_iter()
                .filter(|id| !out.contains(&id.uuid()))
            {
                let fact =
                    Membership::grant(&self.context, person, own, kind, Expiry::NEVER, &reason);
                change.push(Edit::create(fact));
            }
            world = world.after(&change)?;
        }
        let emails = self
            .people
            .into_iter()
            .map(|(email, id)| (id, email))
            .collect();
        Ok(Facts { world, emails })
    }
}
