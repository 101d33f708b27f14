//! The repository as facts of the model: users, groups, inclusions, memberships and entitlements.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use portcullis_model::{
    Actor, Change, ChangeSet, Context, Edit, Email, Entitlement, Expiry, Grant, Group, GroupKind,
    Id, Ids, Inclusion, Login, Means, Membership, MembershipKind, Name, OperationName, Permission,
    Policy, Position, Reason, Refusal, SystemActor, Timestamp, User, UserKind, World,
    name::{Environment, ParseTextError, PermissionName},
    record::Authority,
};
use uuid::Uuid;

use crate::{
    Directory, Repository,
    cycles::order,
    directory::Org,
    finding::Place,
    grantee::{Grantee, Role, Who},
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
pub(crate) enum Key {
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
        let number = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        // A world takes the lower half of an id for random, as it is elsewhere: each number is another there
        // too (an odd factor loses nothing), and its bits are spread.
        let spread = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        Uuid::from_u64_pair(number, spread ^ (spread >> 32))
    }
}

/// The world that a repository and a directory describe, and what its records stand for. They have
/// names of their own there: keys and addresses may be what no name of a record is.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) world: World,
    /// Everybody in order of address, which is that of their logins in the world.
    pub(crate) people: Vec<(Arc<str>, Id<User>)>,
    /// Where in `people` somebody stands.
    places: HashMap<Id<User>, usize>,
    /// Groups that anybody is in.
    inhabited: BTreeSet<Id<Group>>,
    pub(crate) permissions: BTreeMap<String, PermissionName>,
    pub(crate) groups: BTreeMap<Key, Id<Group>>,
    /// What puts a user or a group (by id) into a group; nothing where a folder or the directory does.
    pub(crate) lines: BTreeMap<(Uuid, Uuid), Vec<Line>>,
    pub(crate) now: Timestamp,
}

/// One item of a list, of which a fact was made.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) place: Place,
    /// As it is written.
    pub(crate) text: String,
    pub(crate) until: Option<Timestamp>,
}

impl Facts {
    /// Whether a permission is granted to anybody at all in an environment, and whether anybody is among them.
    pub(crate) fn is_granted(&self, permission: &str, environment: &str) -> (bool, bool) {
        let Some(name) = self.permissions.get(permission) else {
            return (false, false);
        };
        let all = self.world.conferring(name, Some(environment), self.now);
        all.fold((false, false), |(_, any), (group, _)| {
            (true, any || self.inhabited.contains(&group.id))
        })
    }

    /// The user of an address as it is counted.
    pub(crate) fn user(&self, email: &str) -> Option<Id<User>> {
        let at = self
            .people
            .binary_search_by(|(known, _)| (**known).cmp(email));
        at.ok().and_then(|at| Some(self.people.get(at)?.1))
    }

    /// The address of a user.
    pub(crate) fn email(&self, user: Id<User>) -> Option<&Arc<str>> {
        Some(&self.people.get(*self.places.get(&user)?)?.0)
    }
}

/// Somebody's address, their user, and when they leave.
type Named = (Arc<str>, Id<User>, Expiry);

struct Builder<'b> {
    repository: &'b Repository,
    directory: Option<&'b Directory>,
    /// Addresses by login.
    addresses: &'b BTreeMap<&'b str, &'b str>,
    context: Context,
    /// By address, numbered as they are first named.
    people: BTreeMap<Arc<str>, usize>,
    groups: BTreeMap<Key, Id<Group>>,
    /// Groups that were named and are not filled yet.
    unfilled: Vec<(Key, Id<Group>)>,
    members: BTreeMap<(usize, Id<Group>), Expiry>,
    inclusions: BTreeMap<(Id<Group>, Id<Group>), Expiry>,
    lines: BTreeMap<(Uuid, Uuid), Vec<Line>>,
    /// The lines that name a person, by their number.
    of_people: BTreeMap<(usize, Id<Group>), Vec<Line>>,
    records: Vec<Change>,
}

pub(crate) fn facts(
    repository: &Repository,
    directory: Option<&Directory>,
    addresses: &BTreeMap<&str, &str>,
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
        addresses,
        context,
        people: BTreeMap::new(),
        groups: BTreeMap::new(),
        unfilled: Vec::new(),
        members: BTreeMap::new(),
        inclusions: BTreeMap::new(),
        lines: BTreeMap::new(),
        of_people: BTreeMap::new(),
        records: Vec::new(),
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
    while let Some((key, id)) = builder.unfilled.pop() {
        builder.fill(&key, id)?;
    }
    builder.finish()
}

impl Builder<'_> {
    fn group(&mut self, path: &str, members: &[Grantee]) -> Result<(), Unsaid> {
        let into = self.taken(path)?;
        for member in members {
            let target = if member.except {
                self.of(&Key::Out(path.to_owned()))?
            } else {
                into
            };
            self.add(member, target)?;
        }
        if let Some((parent, _)) = path.rsplit_once('/') {
            let own = self.of(&Key::Group(path.to_owned()))?;
            let parent = self.taken(parent)?;
            self.include(own, parent, Expiry::NEVER);
        }
        Ok(())
    }

    /// Where what a group takes in goes: to itself, unless it takes somebody out again.
    fn taken(&mut self, path: &str) -> Result<Id<Group>, Unsaid> {
        let own = self.of(&Key::Group(path.to_owned()))?;
        let group = self.repository.groups.get(path);
        let mut members = group.into_iter().flat_map(|group| &group.members);
        if members.any(|member| member.except) {
            self.of(&Key::Taken(path.to_owned()))
        } else {
            Ok(own)
        }
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
        self.records.push(Edit::create(group).into());
        self.groups.insert(key.clone(), id);
        self.unfilled.push((key.clone(), id));
        Ok(id)
    }

    /// Who is in an organisation or a team, by the directory; and what else a permission gives.
    fn fill(&mut self, key: &Key, id: Id<Group>) -> Result<(), Unsaid> {
        let (name, org) = match key {
            Key::Granted(permission, only) => return self.implied(permission, only, id),
            Key::Org(org) | Key::Team(org, _) | Key::Immediate(org, ..) => {
                (org, self.directory.and_then(|all| all.orgs.get(org)))
            }
            Key::Group(_) | Key::Taken(_) | Key::Out(_) => return Ok(()),
        };
        let Some(org) = org else {
            return Ok(());
        };
        if let Key::Team(_, slug) = key {
            for child in org.below(slug) {
                let child = self.of(&Key::Team(name.clone(), child.to_owned()))?;
                self.include(child, id, Expiry::NEVER);
            }
        }
        for login in logins(org, key) {
            if let Some(email) = self.addresses.get(login.as_str()) {
                self.join(email, id, Expiry::NEVER);
            }
        }
        Ok(())
    }

    /// Who is granted a permission is granted what it implies, where it is granted.
    fn implied(
        &mut self,
        permission: &str,
        only: &BTreeSet<String>,
        id: Id<Group>,
    ) -> Result<(), Unsaid> {
        let permission = self.repository.permissions.get(permission);
        for (implied, place) in permission.into_iter().flat_map(|it| &it.implies) {
            let target = self.of(&Key::Granted(implied.clone(), only.clone()))?;
            self.include(id, target, Expiry::NEVER);
            let line = Line {
                place: place.clone(),
                text: implied.clone(),
                until: None,
            };
            self.say(id.uuid(), target, line);
        }
        Ok(())
    }

    fn add(&mut self, grantee: &Grantee, target: Id<Group>) -> Result<(), Unsaid> {
        let until = Expiry::from(grantee.until);
        let line = Line {
            place: grantee.place.clone(),
            text: grantee.text.clone(),
            until: grantee.until,
        };
        let key = match &grantee.who {
            Who::Email(email) => {
                let person = self.join(email, target, until);
                let said = self.of_people.entry((person, target));
                said.or_default().push(line);
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
        self.say(child.uuid(), target, line);
        Ok(())
    }

    fn say(&mut self, who: Uuid, target: Id<Group>, line: Line) {
        let said = self.lines.entry((who, target.uuid())).or_default();
        said.push(line);
    }

    fn person(&mut self, email: &str) -> usize {
        let email = self.repository.people.address(email);
        if let Some(number) = self.people.get(email) {
            return *number;
        }
        let number = self.people.len();
        self.people.insert(email.into(), number);
        number
    }

    fn join(&mut self, email: &str, group: Id<Group>, until: Expiry) -> usize {
        let person = self.person(email);
        let known = self.members.entry((person, group)).or_insert(until);
        *known = until.max(*known);
        person
    }

    fn include(&mut self, child: Id<Group>, target: Id<Group>, until: Expiry) {
        let known = self.inclusions.entry((child, target)).or_insert(until);
        *known = until.max(*known);
    }

    /// What the groups that stand for grants confer.
    fn entitle(&self, all: &mut Vec<Change>) -> Result<BTreeMap<String, PermissionName>, Unsaid> {
        let mut names = BTreeMap::new();
        for key in self.repository.permissions.keys() {
            let name = PermissionName::parse(&format!("permission-{}", names.len()))?;
            names.insert(key.clone(), name);
        }
        for (key, group) in &self.groups {
            let Key::Granted(permission, only) = key else {
                continue;
            };
            let environments = only.iter().map(|name| Environment::parse(name));
            let name = names.get(permission).cloned();
            let grant = Grant::Permission(Permission {
                name: name.ok_or_else(|| Unsaid(permission.clone()))?,
                environments: environments.collect::<Result<BTreeSet<_>, _>>()?,
            });
            let (until, reason) = (Expiry::NEVER, Reason::default());
            let held = Entitlement::grant(&self.context, *group, grant, until, &reason);
            all.push(Edit::create(held).into());
        }
        Ok(names)
    }

    /// Everybody as a user, in order of address, so that who is found by login is in order too.
    fn users(&self, all: &mut Vec<Change>) -> Result<Vec<Named>, Unsaid> {
        let mut people = Vec::with_capacity(self.people.len());
        for (n, email) in self.people.keys().enumerate() {
            let called = format!("person-{n:08}");
            let user = User {
                id: self.context.id(),
                source: None,
                login: Login::parse(&called)?,
                name: Name::parse(&called)?,
                email: Some(Email::parse(email)?),
                kind: UserKind::Person,
                manager: None,
                attributes: BTreeMap::new(),
            };
            let leaves = Expiry::from(self.repository.people.leaves(email));
            people.push((email.clone(), user.id, leaves));
            all.push(Edit::create(user).into());
        }
        Ok(people)
    }

    fn finish(mut self) -> Result<Facts, Unsaid> {
        // A world is loaded in this order: users, groups, inclusions, memberships, entitlements.
        let mut all = Vec::new();
        let people = self.users(&mut all)?;
        all.append(&mut self.records);
        let (kind, reason, now) = (MembershipKind::Member, Reason::default(), self.context.now);
        let mut above: BTreeMap<Id<Group>, Vec<Id<Group>>> = BTreeMap::new();
        for ((child, target), until) in &self.inclusions {
            if !until.is_past(now) {
                above.entry(*child).or_default().push(*target);
            }
            let fact = Inclusion::grant(&self.context, *child, *target, kind, *until, &reason);
            all.push(Edit::create(fact).into());
        }
        let numbers = self.people.values().zip(&people);
        let mut by_number: Vec<_> = numbers.collect();
        by_number.sort_unstable_by_key(|(number, _)| **number);
        let mut direct = Vec::new();
        for ((person, group), until) in &self.members {
            let Some((_, (_, user, leaves))) = by_number.get(*person) else {
                continue;
            };
            // Whoever leaves is in nothing from then on.
            let until = *leaves.min(until);
            if !until.is_past(now) {
                direct.push(*group);
            }
            let fact = Membership::grant(&self.context, *user, *group, kind, until, &reason);
            all.push(Edit::create(fact).into());
        }
        for ((person, group), lines) in std::mem::take(&mut self.of_people) {
            if let Some((_, (_, user, _))) = by_number.get(person) {
                self.lines.insert((user.uuid(), group.uuid()), lines);
            }
        }
        let permissions = self.entitle(&mut all)?;
        let mut world = World::load(all, Position::default())?;
        // From the bottom up: whom a group takes out may itself come from a group that takes out.
        for path in order(&self.repository.group_edges()) {
            let find = |key| self.groups.get(&key).copied();
            let (Some(taken), Some(own), Some(out)) = (
                find(Key::Taken(path.to_owned())),
                find(Key::Group(path.to_owned())),
                find(Key::Out(path.to_owned())),
            ) else {
                continue;
            };
            let out = world.holders(out, kind, now);
            let out: BTreeSet<_> = out.iter().map(|holder| holder.user.id.uuid()).collect();
            let mut change = ChangeSet::new(OperationName::GroupAddPeople);
            for holder in world.holders(taken, kind, now) {
                let (person, until) = (holder.user.id, holder.until);
                if !out.contains(&person.uuid()) {
                    let fact = Membership::grant(&self.context, person, own, kind, until, &reason);
                    change.push(Edit::create(fact));
                    direct.push(own);
                }
            }
            world = world.after(&change)?;
        }
        let mut inhabited = BTreeSet::new();
        while let Some(group) = direct.pop() {
            if inhabited.insert(group) {
                direct.extend(above.get(&group).into_iter().flatten());
            }
        }
        let places = people.iter().enumerate().map(|(at, it)| (it.1, at));
        Ok(Facts {
            world,
            places: places.collect(),
            people: people.into_iter().map(|it| (it.0, it.1)).collect(),
            inhabited,
            permissions,
            groups: self.groups,
            lines: self.lines,
            now,
        })
    }
}

/// The logins that are in an organisation or immediately in a team.
pub(crate) fn logins<'o>(org: &'o Org, key: &Key) -> Vec<&'o String> {
    let (slug, roles) = match key {
        Key::Team(_, slug) => (slug, None),
        Key::Immediate(_, slug, roles) => (slug, Some(roles)),
        _ => return org.members.iter().collect(),
    };
    let Some(team) = org.teams.get(slug) else {
        return Vec::new();
    };
    let role = |login: &String| {
        if org.owners.contains(login) || team.maintainers.contains(login) {
            Role::Maintainer
        } else {
            Role::Member
        }
    };
    let roles = roles.filter(|roles| !roles.is_empty());
    let members = team.members.iter();
    members
        .filter(|login| roles.is_none_or(|roles| roles.contains(&role(login))))
        .collect()
}
