//! What of a plan needs a closer look, and what stands against it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    explain::{Difference, Lines, everywhere},
    shape::{Cause, Flag, FlagCode, Inputs, Plan},
    side::{Crowd, Side},
};
use crate::Limits;

mod grants;
mod limits;

/// More people are counted, not named.
const NAMED: usize = 20;

/// Within how many days an end is told.
const SOON: i64 = 14;

pub(super) struct Compared<'c> {
    pub(super) inputs: &'c Inputs<'c>,
    pub(super) plan: &'c Plan,
    pub(super) crowd: &'c Crowd,
    /// What was published.
    pub(super) first: &'c Side<'c>,
    /// The base with the directory of now.
    pub(super) from: &'c Side<'c>,
    pub(super) to: &'c Side<'c>,
}

/// Who holds one permission in one environment, at first and at last.
struct Total<'t> {
    environment: &'t str,
    permission: &'t str,
    before: usize,
    after: Vec<u32>,
    lost: Vec<u32>,
}

/// All flags, what blocks first.
pub(super) fn flags(compared: &Compared<'_>) -> Vec<Flag> {
    let mut all = Vec::new();
    let totals = compared.totals();
    compared.limits(&totals, &mut all);
    compared.gains(&mut all);
    compared.grants(&mut all);
    for flag in &mut all {
        flag.blocks |= compared.inputs.fail_on.contains(&flag.code);
    }
    all.sort_by(|a, b| (!a.blocks, a).cmp(&(!b.blocks, b)));
    all.dedup();
    all
}

impl Flag {
    fn new(code: FlagCode) -> Self {
        Self {
            code,
            blocks: false,
            environment: None,
            permission: None,
            cause: None,
            people: Vec::new(),
            count: 0,
            of: None,
            limit: None,
            subject: None,
            until: None,
            place: None,
            reviewers: Vec::new(),
        }
    }

    fn about<'p>(mut self, people: impl IntoIterator<Item = &'p Arc<str>>) -> Self {
        let all: BTreeSet<&Arc<str>> = people.into_iter().collect();
        self.count = all.len();
        self.people = all.into_iter().take(NAMED).cloned().collect();
        self
    }
}

impl Compared<'_> {
    /// What is changed between what was published and what is to be, where anything is.
    fn totals(&self) -> Vec<Total<'_>> {
        let mut all = Vec::new();
        for (environment, permission) in everywhere(self.first, self.to) {
            let was = self.first.roots(permission, environment);
            let is = self.to.roots(permission, environment);
            if self.first.classes(&was) == self.to.classes(&is) {
                continue;
            }
            let before = self.first.holders(permission, environment);
            let after = self.to.holders(permission, environment);
            let numbers = |all: &[(u32, portcullis_model::Expiry)]| {
                all.iter().map(|(person, _)| *person).collect()
            };
            all.push(Total {
                environment,
                permission,
                before: before.len(),
                lost: numbers(&Difference::of(&before, &after).losses),
                after: numbers(&after),
            });
        }
        all
    }

    /// A flag about a permission, for its owner, before or after.
    fn flag(&self, code: FlagCode, environment: &str, permission: &str) -> Flag {
        let mut flag = Flag::new(code);
        flag.environment = Some(environment.to_owned());
        self.owned(flag, permission)
    }

    fn owned(&self, mut flag: Flag, permission: &str) -> Flag {
        flag.permission = Some(permission.to_owned());
        let owners: BTreeSet<&String> = [self.from, self.to]
            .into_iter()
            .filter_map(|side| side.repository.permissions.get(permission)?.owner.as_ref())
            .map(|(owner, _)| owner)
            .collect();
        flag.reviewers = owners.into_iter().cloned().collect();
        flag
    }

    fn names(&self, people: &[u32]) -> impl Iterator<Item = &Arc<str>> {
        people.iter().filter_map(|person| self.crowd.name(*person))
    }

    /// Whether the base or the head protects it: a change does not lift the protection it runs into.
    fn is_protected(&self, permission: &str) -> bool {
        [self.from, self.to].into_iter().any(|side| {
            let protected = &side.repository.settings.protected;
            protected.permissions.contains(permission)
        })
    }

    fn is_sensitive(&self, permission: &str) -> bool {
        [self.from, self.to].into_iter().any(|side| {
            let permission = side.repository.permissions.get(permission);
            let said = permission.and_then(|it| it.sensitivity.as_deref());
            said.is_some_and(|said| !PLAIN.contains(&said.trim().to_lowercase().as_str()))
        })
    }

    /// Whoever holds it holds more than it.
    fn implies(&self, permission: &str) -> bool {
        let permission = self.to.repository.permissions.get(permission);
        permission.is_some_and(|it| !it.implies.is_empty())
    }

    /// The stricter of the base's and the head's, for the same reason.
    fn strictest(&self) -> Limits {
        let [a, b] = [self.from, self.to].map(|side| &side.repository.settings.limits);
        // Each by its own people: a change does not make somebody else of who must hold something.
        let mut required_holders: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for side in [self.from, self.to] {
            let (people, limits) = (&side.repository.people, &side.repository.settings.limits);
            for (permission, required) in &limits.required_holders {
                let all = required_holders.entry(permission.clone()).or_default();
                all.extend(
                    required
                        .iter()
                        .map(|email| people.address(email).to_owned()),
                );
            }
        }
        let mut freezes = a.freezes.clone();
        freezes.extend(b.freezes.iter().cloned());
        Limits {
            max_removal: a.max_removal.min(b.max_removal),
            max_removal_floor: a.max_removal_floor.min(b.max_removal_floor),
            min_holders: a.min_holders.max(b.min_holders),
            max_team_loss: a.max_team_loss.min(b.max_team_loss),
            required_holders,
            freezes,
        }
    }

    /// Who gains what by this change.
    fn gains(&self, all: &mut Vec<Flag>) {
        let author = self.plan.author.as_ref();
        let is_author = |person: &str| author.is_some_and(|it| it.emails.contains(person));
        let domain = |email: &str| email.rsplit('@').next().unwrap_or_default().to_owned();
        let known: BTreeSet<String> = self
            .first
            .people_holding(self.crowd)
            .map(|it| domain(it))
            .collect();
        let mut domains: BTreeMap<String, BTreeSet<&Arc<str>>> = BTreeMap::new();
        for effect in &self.plan.effects {
            for person in effect.gaining() {
                let domain = domain(person);
                if !known.contains(&domain) {
                    domains.entry(domain).or_default().insert(person);
                }
            }
            let (environment, permission) = (&effect.environment, &effect.permission);
            let flag = |code| {
                let mut flag = self.flag(code, environment, permission);
                flag.cause = Some(effect.cause);
                flag
            };
            let is_protected = self.is_protected(permission);
            if is_protected {
                let moved = effect.moves.iter().map(|it| &it.person);
                let people = effect.gaining().chain(effect.losing()).chain(moved);
                all.push(flag(FlagCode::Protected).about(people));
            }
            if effect.cause != Cause::Change {
                continue;
            }
            let first = effect.gains.first().and_then(|it| {
                let steps = it.via.iter().rev();
                let changed = steps.clone().find(|step| step.change.is_some());
                changed.or_else(|| it.via.last())?.places.first().cloned()
            });
            if !effect.gains.is_empty()
                && (is_protected || self.is_sensitive(permission) || self.implies(permission))
            {
                let mut flag = flag(FlagCode::Escalation).about(effect.gaining());
                flag.place = first;
                all.push(flag);
            }
            let moves = effect.moves.iter();
            let later = moves
                .filter(|it| it.before.is_some() && (it.after.is_none() || it.after > it.before));
            let mut gaining = effect.gaining().chain(later.map(|it| &it.person));
            if let Some(person) = gaining.find(|person| is_author(person)) {
                all.push(flag(FlagCode::SelfGrant).about([person]));
            }
        }
        // Before the first publish every domain is new.
        if known.is_empty() {
            return;
        }
        for (domain, people) in domains {
            let mut flag = Flag::new(FlagCode::NewDomain).about(people);
            flag.subject = Some(domain);
            all.push(flag);
        }
    }

    fn lines(&self) -> (Lines<'_>, Lines<'_>) {
        (
            Lines::of(self.from.repository),
            Lines::of(self.to.repository),
        )
    }
}

/// What `sensitivity` says of a permission that needs no closer look.
const PLAIN: [&str; 4] = ["none", "low", "public", "internal"];
