//! One of the states that are compared: a repository with a directory, as a world, and the way its groups
//! hang together.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use portcullis_model::{Expiry, Group, Id, Timestamp, User};
use uuid::Uuid;

use crate::{
    Directory, Findings, Place, Repository,
    facts::{Facts, Key, facts},
};

/// Everybody of all states by number, so that somebody is the same person in each; and what groups
/// hold, by number as well.
#[derive(Debug, Default)]
pub(super) struct Crowd {
    pub(super) names: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
    classes: HashMap<Held, u32>,
    next_class: u32,
}

/// What a group holds: the classes of the groups and the people in it, with their ends.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Held {
    groups: Vec<(u32, Expiry)>,
    people: Vec<(u32, Expiry)>,
}

impl Crowd {
    fn number(&mut self, name: &Arc<str>) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(name.clone());
        self.numbers.insert(name.clone(), number);
        number
    }

    pub(super) fn name(&self, number: u32) -> Option<&Arc<str>> {
        self.names.get(number as usize)
    }

    pub(super) fn number_of(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    fn fresh(&mut self) -> u32 {
        self.next_class += 1;
        self.next_class
    }

    fn class(&mut self, held: Held) -> u32 {
        if let Some(class) = self.classes.get(&held) {
            return *class;
        }
        let class = self.fresh();
        self.classes.insert(held, class);
        class
    }
}

/// Somebody who is immediately in a group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    pub(super) person: u32,
    pub(super) user: Id<User>,
    pub(super) until: Expiry,
}

/// A group of the world, and what is immediately in it now.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) key: Key,
    pub(super) id: Id<Group>,
    pub(super) children: Vec<(usize, Expiry)>,
    pub(super) members: Vec<Member>,
    /// Two groups of one class hold the same, whatever the state.
    class: u32,
}

pub(super) struct Side<'r> {
    pub(super) repository: &'r Repository,
    pub(super) addresses: BTreeMap<&'r str, &'r str>,
    pub(super) facts: Facts,
    pub(super) nodes: Vec<Node>,
    indexes: HashMap<Uuid, usize>,
    people: HashMap<Uuid, u32>,
}

/// The addresses of the directory's logins; what is wrong with them was told before.
pub(super) fn addresses<'r>(
    repository: &'r Repository,
    directory: Option<&'r Directory>,
) -> BTreeMap<&'r str, &'r str> {
    let mut told = Findings::default();
    let all = directory.map(|all| repository.addresses(all, &mut told));
    all.unwrap_or_default()
}

/// All that is wrong with a repository, short of asking who comes out of it: that is not compared here,
/// and would cost more than the comparison.
pub(super) fn look(
    repository: &Repository,
    directory: Option<&Directory>,
    now: Timestamp,
) -> Findings {
    if directory.is_none() && repository.asks_directory() {
        return repository.access(None, now).err().unwrap_or_default();
    }
    let mut findings = repository.look(directory, now);
    if let Some(directory) = directory {
        repository.addresses(directory, &mut findings);
    }
    findings
}

impl<'r> Side<'r> {
    pub(super) fn new(
        repository: &'r Repository,
        directory: Option<&'r Directory>,
        now: Timestamp,
        crowd: &mut Crowd,
    ) -> Result<Self, Findings> {
        let addresses = addresses(repository, directory);
        let facts = facts(repository, directory, &addresses, now).map_err(|wrong| {
            let mut findings = Findings::default();
            let place = Place::start(&"config/permissions.yaml".into());
            let message = format!("it cannot be resolved: {}", wrong.0);
            findings.error(&place, "facts", message, "");
            findings
        })?;
        let people = facts.people.iter();
        let people = people.map(|(email, id)| (id.uuid(), crowd.number(email)));
        let mut side = Self {
            people: people.collect(),
            repository,
            addresses,
            facts,
            nodes: Vec::new(),
            indexes: HashMap::new(),
        };
        side.hang();
        side.classify(crowd);
        Ok(side)
    }

    /// Reads from the world what is in what.
    fn hang(&mut self) {
        for (key, id) in &self.facts.groups {
            self.indexes.insert(id.uuid(), self.nodes.len());
            self.nodes.push(Node {
                key: key.clone(),
                id: *id,
                children: Vec::new(),
                members: Vec::new(),
                class: 0,
            });
        }
        let now = self.facts.now;
        for fact in self.facts.world.inclusions() {
            let both = (
                self.indexes.get(&fact.child.uuid()),
                self.indexes.get(&fact.target.uuid()),
            );
            if let (Some(child), Some(target)) = both
                && fact.validity.contains(now)
                && let Some(node) = self.nodes.get_mut(*target)
            {
                node.children.push((*child, fact.validity.until));
            }
        }
        for fact in self.facts.world.memberships() {
            if let (Some(person), Some(group)) = (
                self.people.get(&fact.user.uuid()),
                self.indexes.get(&fact.group.uuid()),
            ) && fact.validity.contains(now)
                && let Some(node) = self.nodes.get_mut(*group)
            {
                node.members.push(Member {
                    person: *person,
                    user: fact.user,
                    until: fact.validity.until,
                });
            }
        }
        for node in &mut self.nodes {
            node.children.sort_unstable();
            node.members.sort_unstable_by_key(|member| member.person);
        }
    }

    /// From the bottom up. What goes in a circle, which only a base that does not validate can have, is
    /// like nothing else.
    fn classify(&mut self, crowd: &mut Crowd) {
        let mut open: Vec<usize> = self.nodes.iter().map(|node| node.children.len()).collect();
        let mut parents: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        for (at, node) in self.nodes.iter().enumerate() {
            for (child, _) in &node.children {
                if let Some(parents) = parents.get_mut(*child) {
                    parents.push(at);
                }
            }
        }
        let mut todo: Vec<usize> = (0..open.len())
            .filter(|at| open.get(*at) == Some(&0))
            .collect();
        while let Some(at) = todo.pop() {
            let Some(node) = self.nodes.get(at) else {
                continue;
            };
            let of = |child: &usize| self.nodes.get(*child).map_or(0, |node| node.class);
            let mut held = Held {
                groups: node
                    .children
                    .iter()
                    .map(|(child, until)| (of(child), *until))
                    .collect(),
                people: node
                    .members
                    .iter()
                    .map(|it| (it.person, it.until))
                    .collect(),
            };
            held.groups.sort_unstable();
            let class = crowd.class(held);
            if let Some(node) = self.nodes.get_mut(at) {
                node.class = class;
            }
            for parent in parents.get(at).into_iter().flatten() {
                if let Some(left) = open.get_mut(*parent) {
                    *left -= 1;
                    if *left == 0 {
                        todo.push(*parent);
                    }
                }
            }
        }
        for node in self.nodes.iter_mut().filter(|node| node.class == 0) {
            node.class = crowd.fresh();
        }
    }

    /// The groups whose members hold a permission in an environment, in order; none where there is no
    /// such permission or environment.
    pub(super) fn roots(&self, permission: &str, environment: &str) -> Vec<usize> {
        let name = self.facts.permissions.get(permission);
        let Some(name) = name.filter(|_| self.has(environment)) else {
            return Vec::new();
        };
        let conferring = self
            .facts
            .world
            .conferring(name, Some(environment), self.facts.now);
        let mut all: Vec<usize> = conferring
            .filter_map(|(group, _)| self.indexes.get(&group.id.uuid()).copied())
            .collect();
        all.sort_unstable();
        all
    }

    pub(super) fn has(&self, environment: &str) -> bool {
        self.repository.settings.environments.contains(environment)
    }

    /// What those groups hold: the same classes, the same holders.
    pub(super) fn classes(&self, roots: &[usize]) -> Vec<u32> {
        let all = roots.iter().filter_map(|at| self.nodes.get(*at));
        let mut all: Vec<u32> = all.map(|node| node.class).collect();
        all.sort_unstable();
        all
    }

    /// Who holds a permission in an environment, by number, with the ends.
    pub(super) fn holders(&self, permission: &str, environment: &str) -> Vec<(u32, Expiry)> {
        let name = self.facts.permissions.get(permission);
        let Some(name) = name.filter(|_| self.has(environment)) else {
            return Vec::new();
        };
        let world = &self.facts.world;
        let holders = world.who_can(name, Some(environment), self.facts.now);
        self.numbered(&holders)
    }

    pub(super) fn numbered(
        &self,
        holders: &[portcullis_model::world::Holder<'_>],
    ) -> Vec<(u32, Expiry)> {
        let number = |id: Id<User>| self.people.get(&id.uuid()).copied();
        let mut all: Vec<_> = holders
            .iter()
            .filter_map(|holder| Some((number(holder.user.id)?, holder.until)))
            .collect();
        all.sort_unstable();
        all
    }

    /// Where a group of this key stands.
    pub(super) fn index(&self, key: &Key) -> Option<usize> {
        let id = self.facts.groups.get(key)?;
        self.indexes.get(&id.uuid()).copied()
    }
}
