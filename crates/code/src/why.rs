//! Why somebody holds a permission in an environment, and why not.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use portcullis_model::{
    Expiry, Group, Id, MembershipKind, Timestamp, User,
    world::{Access, Path as WorldPath},
};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    Directory, Repository,
    facts::{Facts, Key, facts, logins},
    finding::{Findings, Place, meant},
    ways::{Step, StepKind},
};

/// More paths, and more grantees of a no, are not listed.
const MOST: usize = 32;

/// The answer, and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Why {
    /// Who, by e-mail address.
    pub person: String,
    /// What.
    pub permission: String,
    /// Where.
    pub environment: String,
    /// Whether they hold it.
    pub holds: bool,
    /// When they cease to, the latest end over all paths; none where they do not hold it or it does
    /// not end.
    pub until: Option<Timestamp>,
    /// The ways by which they hold it, shortest first.
    pub paths: Vec<Path>,
    /// Whether there may be more paths than are listed.
    pub more: bool,
    /// Why they do not hold it, the nearest reason first; none where they do.
    pub reasons: Vec<Reason>,
}

/// One way from a permission to a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Path {
    /// From the grantee in the permission's list to the person.
    pub steps: Vec<Step>,
    /// The earliest end along it.
    pub until: Option<Timestamp>,
}

/// Why somebody does not hold a permission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Reason {
    /// They are taken out of a group that is granted it.
    Except {
        /// The group.
        group: String,
        /// From the `except` to the person.
        steps: Vec<Step>,
    },
    /// They held it.
    Ended {
        /// Until when.
        at: Timestamp,
        /// How.
        path: Path,
    },
    /// They hold it in other environments.
    Elsewhere {
        /// Which.
        environments: Vec<String>,
    },
    /// The directory has them with an address in a domain that `access.yaml` does not name.
    LeftOut {
        /// As whom.
        login: String,
    },
    /// Neither a file nor the directory has them.
    UnknownPerson,
    /// It is granted to others only.
    NotGranted {
        /// To whom, the first of them; empty where it is granted to nobody here.
        grantees: Vec<Step>,
    },
}

/// What is asked for is not there; says what is near it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown(pub String);

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unknown {}

/// Addresses by login.
type Addresses<'a> = BTreeMap<&'a str, &'a str>;

impl Repository {
    /// Why somebody, by e-mail address or by their login in the directory, holds a permission in an
    /// environment, or why not. `access` is what the repository and the directory resolve to, at the time
    /// that is meant.
    ///
    /// # Errors
    /// Where there is no such permission, environment or login.
    pub fn why(
        &self,
        access: &crate::Access,
        directory: Option<&Directory>,
        person: &str,
        permission: &str,
        environment: &str,
    ) -> Result<Why, Unknown> {
        self.known(permission, environment)?;
        let mut told = Findings::default();
        let addresses = directory.map(|all| self.addresses(all, &mut told));
        let addresses = addresses.unwrap_or_default();
        let email = self.person(person, &addresses)?;
        let asked = Asked {
            repository: self,
            directory,
            addresses: &addresses,
            keys: access.facts.keys(),
            facts: &access.facts,
            permission,
            environment,
        };
        let (mut paths, more) = asked.paths(&email);
        paths.sort_by(|a, b| order(a).cmp(&order(b)));
        let mut why = Why {
            holds: !paths.is_empty(),
            until: latest(&paths),
            more,
            reasons: Vec::new(),
            person: email,
            permission: permission.to_owned(),
            environment: environment.to_owned(),
            paths,
        };
        if !why.holds {
            let begin = Timestamp::from_micros(1);
            let first = facts(self, directory, &addresses, begin);
            let first = first.map_err(|wrong| Unknown(wrong.0))?;
            why.reasons = asked.reasons(&why.person, &first, access.facts.now);
        }
        Ok(why)
    }

    fn known(&self, permission: &str, environment: &str) -> Result<(), Unknown> {
        let unknown = |noun: &str, given: &str, known: Vec<&str>, otherwise: &str| {
            let hint = meant(given, known, otherwise);
            Unknown(format!("there is no {noun} `{given}`; {hint}"))
        };
        let environments = &self.settings.environments;
        if !environments.contains(environment) {
            let known: Vec<&str> = environments.iter().map(String::as_str).collect();
            let names = format!("there are {}", known.join(", "));
            return Err(unknown("environment", environment, known, &names));
        }
        if !self.permissions.contains_key(permission) {
            let known = self.permissions.keys().map(String::as_str).collect();
            let otherwise = "see config/permissions.yaml";
            return Err(unknown("permission", permission, known, otherwise));
        }
        Ok(())
    }

    /// The address under which somebody is counted.
    pub(crate) fn person(
        &self,
        person: &str,
        addresses: &Addresses<'_>,
    ) -> Result<String, Unknown> {
        if person.contains('@') {
            let email = person.trim().to_lowercase();
            return Ok(self.people.address(&email).to_owned());
        }
        let email = addresses.get(&*person.to_lowercase());
        email.map(|email| (*email).to_owned()).ok_or_else(|| {
            let hint = meant(person, addresses.keys().copied(), "give an e-mail address");
            let message = format!("nobody with an e-mail address has the login `{person}`");
            Unknown(format!("{message}; {hint}"))
        })
    }
}

/// Shortest first, then what lasts longest, then as it is written.
fn order(path: &Path) -> (usize, std::cmp::Reverse<Expiry>, Vec<&[Place]>, &[Step]) {
    let until = std::cmp::Reverse(Expiry::from(path.until));
    let places = path.steps.iter().map(|step| &*step.places).collect();
    (path.steps.len(), until, places, &path.steps)
}

fn latest(paths: &[Path]) -> Option<Timestamp> {
    let ends = paths.iter().map(|path| Expiry::from(path.until));
    ends.max().and_then(Expiry::instant)
}

/// One permission in one environment, in a world.
struct Asked<'a> {
    repository: &'a Repository,
    directory: Option<&'a Directory>,
    addresses: &'a Addresses<'a>,
    facts: &'a Facts,
    keys: BTreeMap<Uuid, &'a Key>,
    permission: &'a str,
    environment: &'a str,
}

impl Asked<'_> {
    fn user(&self, email: &str) -> Option<Id<User>> {
        self.facts.user(email)
    }

    /// The groups whose members hold it.
    fn roots(&self) -> Vec<Id<Group>> {
        let Some(name) = self.facts.permissions.get(self.permission) else {
            return Vec::new();
        };
        let (world, now) = (&self.facts.world, self.facts.now);
        let all = world.conferring(name, Some(self.environment), now);
        all.map(|(group, _)| group.id).collect()
    }

    fn access(&self, email: &str) -> BTreeMap<Uuid, Access<'_>> {
        let user = self.user(email);
        let all = user.map(|user| self.facts.world.access_of(user, self.facts.now));
        let all = all.into_iter().flatten();
        all.filter(|access| access.kind == MembershipKind::Member)
            .map(|access| (access.group.id.uuid(), access))
            .collect()
    }

    /// The ways by which somebody holds it, and whether there may be more.
    fn paths(&self, email: &str) -> (Vec<Path>, bool) {
        let access = self.access(email);
        let mut all = Vec::new();
        let mut more = false;
        for root in self.roots() {
            more |= self.lead_to(root, &access, &[], Expiry::NEVER, &mut all);
        }
        (all, more)
    }

    /// Adds the ways into a group, each after `before`; whether there may be more.
    fn lead_to(
        &self,
        group: Id<Group>,
        access: &BTreeMap<Uuid, Access<'_>>,
        before: &[Step],
        until: Expiry,
        all: &mut Vec<Path>,
    ) -> bool {
        let Some(access_here) = access.get(&group.uuid()) else {
            return false;
        };
        let mut more = access_here.paths.len() >= MOST;
        for path in &access_here.paths {
            if all.len() >= MOST {
                return true;
            }
            let mut steps = before.to_vec();
            for via in path.via.iter().rev() {
                let (child, target) = (via.child.uuid(), via.target);
                let keys = self.keys.get(&child).zip(self.keys.get(&target.uuid()));
                let step = keys.and_then(|(key, into)| {
                    let ends = via.validity.until;
                    let facts = self.facts;
                    facts.step(self.repository, (child, key), (target, into), ends)
                });
                steps.extend(step);
            }
            let until = until.min(path.until);
            let direct = self.keys.get(&path.direct.group.uuid());
            if let Some(taken) = direct.and_then(|key| self.facts.taken(key)) {
                more |= self.lead_to(taken, access, &steps, until, all);
                continue;
            }
            steps.extend(self.person(path));
            all.push(Path {
                steps,
                until: until.instant(),
            });
        }
        more
    }

    /// The last step: the person's own line, or their login in the directory.
    fn person(&self, path: &WorldPath<'_>) -> Option<Step> {
        let group = path.direct.group;
        let key = self.keys.get(&group.uuid())?;
        let until = path.direct.validity.until;
        let login = |key: &Key, email: &str| {
            login_in(self.directory?, self.addresses, key, email).map(str::to_owned)
        };
        self.facts
            .last(path.direct.user, (group, key), until, login)
    }

    fn reasons(&self, email: &str, first: &Facts, now: Timestamp) -> Vec<Reason> {
        let mut all = self.excepts(email);
        all.extend(self.ended(email, first, now));
        all.extend(self.elsewhere(email));
        if all.is_empty() {
            all.extend(self.left_out(email));
        }
        let known = || self.addresses.values().any(|known| *known == email);
        if all.is_empty() && self.user(email).is_none() && !known() {
            all.push(Reason::UnknownPerson);
        }
        if all.is_empty() || all == [Reason::UnknownPerson] {
            all.push(self.not_granted());
        }
        all
    }

    /// The groups on the way to it that take them out.
    fn excepts(&self, email: &str) -> Vec<Reason> {
        let access = self.access(email);
        let mut reached: BTreeSet<Uuid> = BTreeSet::new();
        let mut todo = self.roots();
        while let Some(group) = todo.pop() {
            if !reached.insert(group.uuid()) {
                continue;
            }
            let kind = MembershipKind::Member;
            let below = self.facts.world.groups_into(group, kind, self.facts.now);
            todo.extend(below.iter().map(|(group, _)| group.id));
            let key = self.keys.get(&group.uuid());
            todo.extend(key.and_then(|key| self.facts.taken(key)));
        }
        let mut all = Vec::new();
        for id in &reached {
            let Some(Key::Taken(path)) = self.keys.get(id) else {
                continue;
            };
            let out = self.facts.groups.get(&Key::Out(path.clone()));
            let Some(out) = out.filter(|_| access.contains_key(id)) else {
                continue;
            };
            let mut paths = Vec::new();
            self.lead_to(*out, &access, &[], Expiry::NEVER, &mut paths);
            paths.sort_by(|a, b| order(a).cmp(&order(b)));
            if let Some(shortest) = paths.into_iter().next() {
                all.push(Reason::Except {
                    group: format!("./groups/{path}"),
                    steps: shortest.steps,
                });
            }
        }
        all.sort_by_key(|reason| match reason {
            Reason::Except { group, steps } => (steps.len(), group.clone()),
            _ => (0, String::new()),
        });
        all
    }

    /// The way that ended last, in the world as it was when nothing had ended yet.
    fn ended(&self, email: &str, first: &Facts, now: Timestamp) -> Option<Reason> {
        let then = Asked {
            facts: first,
            keys: first.keys(),
            ..*self
        };
        let (mut paths, _) = then.paths(email);
        paths.retain(|path| Expiry::from(path.until).is_past(now));
        paths.sort_by(|a, b| order(a).cmp(&order(b)));
        let last = paths.into_iter().max_by_key(|path| path.until)?;
        Some(Reason::Ended {
            at: last.until?,
            path: last,
        })
    }

    fn elsewhere(&self, email: &str) -> Option<Reason> {
        let user = self.user(email)?;
        let name = self.facts.permissions.get(self.permission)?;
        let held = self.facts.world.permissions_of(user, self.facts.now);
        let here = |environment: &&String| {
            let mut held = held.iter().map(|access| access.permission);
            held.any(|held| held.name == *name && held.holds_in(Some(environment)))
        };
        let all = self.repository.settings.environments.iter().filter(here);
        let environments: Vec<String> = all.cloned().collect();
        (!environments.is_empty()).then_some(Reason::Elsewhere { environments })
    }

    fn left_out(&self, email: &str) -> Option<Reason> {
        let mut all = self.directory?.accounts.iter();
        let is = |email_of: Option<&String>| email_of.is_some_and(|known| known == email);
        let (login, _) = all.find(|(login, account)| {
            is(account.email.as_ref()) && !self.addresses.contains_key(login.as_str())
        })?;
        Some(Reason::LeftOut {
            login: login.clone(),
        })
    }

    fn not_granted(&self) -> Reason {
        let mut grantees = Vec::new();
        let roots: BTreeSet<Uuid> = self.roots().iter().map(|id| id.uuid()).collect();
        for (key, id) in &self.facts.groups {
            let Key::Granted(by, only) = key else {
                continue;
            };
            if !roots.contains(&id.uuid()) {
                continue;
            }
            let permission = self.repository.permissions.get(by);
            let grants = permission.into_iter().flat_map(|it| &it.grants);
            for grant in grants.filter(|grant| grant.only == *only) {
                if grantees.len() < MOST && !Expiry::from(grant.until).is_past(self.facts.now) {
                    let places = vec![grant.place.clone()];
                    grantees.push(Step {
                        only: only.iter().cloned().collect(),
                        until: grant.until,
                        ..Step::new(StepKind::Written, grant.text.clone(), places)
                    });
                }
            }
        }
        grantees.sort_by(|a, b| a.places.cmp(&b.places));
        Reason::NotGranted { grantees }
    }
}

/// The login by which somebody is in an organisation or, immediately, in a team.
fn login_in<'d>(
    directory: &'d Directory,
    addresses: &Addresses<'_>,
    key: &Key,
    email: &str,
) -> Option<&'d str> {
    let (Key::Org(org) | Key::Team(org, _) | Key::Immediate(org, ..)) = key else {
        return None;
    };
    let all = logins(directory.orgs.get(org)?, key).into_iter();
    let mut all = all.map(String::as_str);
    all.find(|login| addresses.get(login) == Some(&email))
}
