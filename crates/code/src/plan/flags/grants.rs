//! What is to be said of single lines, and of members who cannot be named.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_model::{Expiry, MembershipKind, Timestamp};

use super::{Compared, Lines, SOON};
use crate::{
    Place,
    directory::Org,
    facts::{Key, logins},
    grantee::{Grantee, Who},
    plan::shape::{Flag, FlagCode},
};

/// Where a line stands.
enum List<'l> {
    Permission(&'l str),
    Group(&'l str),
}

impl Compared<'_> {
    pub(super) fn grants(&self, all: &mut Vec<Flag>) {
        let head = self.to.repository;
        let (before, now) = self.lines();
        let teams = self.teams(&before, &now);
        for (key, permission) in &head.permissions {
            let mut asked = Asked::new();
            for grant in &permission.grants {
                let list = List::Permission(key);
                self.expiring(&list, grant, all);
                if !now.is_new(&grant.place, &before) {
                    continue;
                }
                if grant.until.is_none() && self.is_sensitive(key) {
                    let flag = self.owned(Flag::new(FlagCode::NoExpiry), key);
                    all.push(of_line(flag, grant));
                }
                self.individual(&list, grant, &teams, &mut asked, all);
            }
        }
        for (path, group) in &head.groups {
            let mut asked = Asked::new();
            for member in group.members.iter().filter(|member| !member.except) {
                let list = List::Group(path);
                self.expiring(&list, member, all);
                if now.is_new(&member.place, &before) {
                    self.individual(&list, member, &teams, &mut asked, all);
                }
            }
        }
        self.unresolved(all);
    }

    fn about_list(&self, code: FlagCode, list: &List<'_>, line: &Grantee) -> Flag {
        let flag = Flag::new(code);
        let flag = match list {
            List::Permission(key) => self.owned(flag, key),
            List::Group(_) => flag,
        };
        of_line(flag, line)
    }

    fn expiring(&self, list: &List<'_>, line: &Grantee, all: &mut Vec<Flag>) {
        let now = self.plan.at;
        let soon =
            |until: &Timestamp| !Expiry::at(*until).is_past(now) && *until <= now.plus_days(SOON);
        if line.until.as_ref().is_some_and(soon) {
            all.push(self.about_list(FlagCode::Expiring, list, line));
        }
    }

    /// A new line for one person, where a team of theirs would grant it to nobody else.
    fn individual(
        &self,
        list: &List<'_>,
        line: &Grantee,
        teams: &Teams<'_>,
        asked: &mut Asked,
        all: &mut Vec<Flag>,
    ) {
        let Who::Email(email) = &line.who else {
            return;
        };
        let email = self.to.repository.people.address(email);
        let Some(of) = teams.of.get(email) else {
            return;
        };
        let (holders, known) = asked
            .entry(line.only.clone())
            .or_insert_with(|| (self.holding(list, &line.only), BTreeMap::new()));
        let mut would_do = |at: &&usize| {
            let team = teams.all.get(**at);
            *known.entry(**at).or_insert_with(|| {
                team.is_some_and(|team| team.people.iter().all(|it| holders.contains(it)))
            })
        };
        let team = of
            .iter()
            .find(&mut would_do)
            .and_then(|at| teams.all.get(*at));
        if let Some(team) = team {
            let mut flag = self.about_list(FlagCode::IndividualGrant, list, line);
            flag.subject = Some(team.called.clone());
            all.push(flag.about([&Arc::from(email)]));
        }
    }

    /// Who is in the list's group, or holds its permission in all those environments.
    fn holding(&self, list: &List<'_>, only: &BTreeSet<String>) -> BTreeSet<u32> {
        let numbers = |all: Vec<(u32, Expiry)>| -> BTreeSet<u32> {
            all.into_iter().map(|(person, _)| person).collect()
        };
        match list {
            List::Permission(key) => {
                let environments = &self.to.repository.settings.environments;
                let only = if only.is_empty() { environments } else { only };
                let mut all = only.iter().map(|name| numbers(self.to.holders(key, name)));
                let first = all.next().unwrap_or_default();
                all.fold(first, |both, next| {
                    both.intersection(&next).copied().collect()
                })
            }
            List::Group(path) => {
                let facts = &self.to.facts;
                let id = facts.groups.get(&Key::Group((*path).to_owned()));
                let member = MembershipKind::Member;
                let holders = id.map(|id| facts.world.holders(*id, member, facts.now));
                numbers(self.to.numbered(&holders.unwrap_or_default()))
            }
        }
    }

    /// The teams of more than one, the smallest first, of those whom a new line names. A team with
    /// somebody who holds nothing anywhere is left out: it would always give them something.
    fn teams(&self, before: &Lines<'_>, now: &Lines<'_>) -> Teams<'_> {
        let repository = self.to.repository;
        let lines = repository.grantees();
        let named: BTreeSet<&str> = lines
            .filter(|line| !line.except && now.is_new(&line.place, before))
            .filter_map(|line| match &line.who {
                Who::Email(email) => Some(repository.people.address(email)),
                _ => None,
            })
            .collect();
        let mut teams = Teams::default();
        let addresses = self.to.addresses.iter();
        let logins: BTreeSet<&str> = addresses
            .filter(|(_, email)| named.contains(*email))
            .map(|(login, _)| *login)
            .collect();
        let mut found = Vec::new();
        let orgs = self.inputs.directory.into_iter();
        for org in orgs.flat_map(|directory| directory.orgs.values()) {
            for slug in teams_with(org, &logins) {
                let people = self.people_of(org, slug);
                if people.len() > 1 {
                    found.push((people.len(), format!("{}/{slug}", org.login), people));
                }
            }
        }
        found.sort();
        for (_, called, people) in found {
            let numbers = people.iter().map(|person| self.crowd.number_of(person));
            let Some(numbers) = numbers.collect::<Option<Vec<u32>>>() else {
                continue;
            };
            for person in people.into_iter().filter(|person| named.contains(person)) {
                teams.of.entry(person).or_default().push(teams.all.len());
            }
            teams.all.push(Team {
                called,
                people: numbers,
            });
        }
        teams
    }

    /// The addresses of a team and of those below it.
    fn people_of(&self, org: &Org, slug: &str) -> BTreeSet<&str> {
        let mut todo = vec![slug];
        let mut seen = BTreeSet::new();
        let mut all = BTreeSet::new();
        while let Some(slug) = todo.pop() {
            if seen.insert(slug) {
                let members = org
                    .teams
                    .get(slug)
                    .into_iter()
                    .flat_map(|team| &team.members);
                all.extend(members.filter_map(|it| self.to.addresses.get(it.as_str()).copied()));
                todo.extend(org.below(slug));
            }
        }
        all
    }

    /// Members of what the repository names who have no address that counts.
    fn unresolved(&self, all: &mut Vec<Flag>) {
        let Some(directory) = self.inputs.directory else {
            return;
        };
        let mut found: BTreeSet<Arc<str>> = BTreeSet::new();
        for node in &self.to.nodes {
            let (Key::Org(org) | Key::Team(org, _) | Key::Immediate(org, ..)) = &node.key else {
                continue;
            };
            let Some(org) = directory.orgs.get(org) else {
                continue;
            };
            let logins = logins(org, &node.key).into_iter();
            let without = logins.filter(|login| !self.to.addresses.contains_key(login.as_str()));
            found.extend(without.map(|login| Arc::from(login.as_str())));
        }
        if !found.is_empty() {
            all.push(Flag::new(FlagCode::Unresolved).about(&found));
        }
    }
}

/// The teams that any of the logins is in, and those above them.
fn teams_with<'o>(org: &'o Org, logins: &BTreeSet<&str>) -> BTreeSet<&'o str> {
    let mut all = BTreeSet::new();
    for (slug, team) in &org.teams {
        let members = &team.members;
        let is_any = if logins.len() < members.len() {
            logins.iter().any(|login| members.contains(*login))
        } else {
            members.iter().any(|login| logins.contains(login.as_str()))
        };
        if !is_any {
            continue;
        }
        let mut at = Some(slug);
        while let Some(slug) = at.filter(|slug| all.insert(slug.as_str())) {
            let team = org.teams.get(slug);
            at = team
                .and_then(|team| team.parent.as_ref())
                .map(|(parent, _)| parent);
        }
    }
    all
}

/// Who is in a list for some environments, and which teams would do there, once they were asked for.
type Asked = BTreeMap<BTreeSet<String>, (BTreeSet<u32>, BTreeMap<usize, bool>)>;

#[derive(Default)]
struct Teams<'t> {
    all: Vec<Team>,
    /// By address, those that the person is in.
    of: BTreeMap<&'t str, Vec<usize>>,
}

/// A team with its people and those of the teams below it, by number.
struct Team {
    called: String,
    people: Vec<u32>,
}

fn of_line(mut flag: Flag, line: &Grantee) -> Flag {
    let place: &Place = &line.place;
    flag.place = Some(place.clone());
    flag.subject = Some(line.text.clone());
    flag.until = line.until;
    flag
}
