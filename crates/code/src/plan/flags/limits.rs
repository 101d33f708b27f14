//! How much may be lost at once, and what must stay.

use std::collections::{BTreeMap, BTreeSet};

use super::{Compared, Total};
use crate::{
    Directory, Limits,
    directory::Org,
    plan::{
        shape::{Cause, Flag, FlagCode},
        side::Side,
    },
};

/// So few may be lost in any case, else so many percent.
fn allowed(limits: &Limits, percent: u8, held: usize) -> usize {
    limits
        .max_removal_floor
        .max(held.saturating_mul(usize::from(percent)) / 100)
}

impl Compared<'_> {
    pub(super) fn limits(&self, totals: &[Total<'_>], all: &mut Vec<Flag>) {
        let limits = self.strictest();
        for total in totals {
            self.removal(total, &limits, all);
        }
        self.removal_overall(totals, &limits, all);
        self.few(totals, &limits, all);
        self.required(totals, &limits, all);
        if !self.plan.is_empty() {
            for freeze in limits.freezes.iter().filter(|it| it.contains(self.plan.at)) {
                let mut flag = Flag::new(FlagCode::Frozen);
                flag.blocks = true;
                flag.place = Some(freeze.place.clone());
                flag.subject = Some(freeze.reason.clone()).filter(|reason| !reason.is_empty());
                all.push(flag);
            }
        }
        if let (Some(before), Some(now)) = (self.inputs.before, self.inputs.directory) {
            shrank(before, now, &limits, all);
        }
    }

    fn removal(&self, total: &Total<'_>, limits: &Limits, all: &mut Vec<Flag>) {
        let (environment, permission) = (total.environment, total.permission);
        let allowed = allowed(limits, limits.max_removal, total.before);
        if total.lost.len() > allowed {
            let mut flag = self.flag(FlagCode::Removal, environment, permission);
            flag = flag.about(self.names(&total.lost));
            (flag.of, flag.limit) = (Some(total.before), Some(allowed));
            flag.blocks = true;
            all.push(flag);
        }
        let is_protected = self.is_protected(permission);
        // With its permission gone, that nobody holds it is meant.
        let stays = self.to.repository.permissions.contains_key(permission);
        if total.before > 0 && total.after.is_empty() && (stays || is_protected) {
            let mut flag = self.flag(FlagCode::NoHolders, environment, permission);
            flag = flag.about(self.names(&total.lost));
            flag.of = Some(total.before);
            flag.blocks = is_protected;
            all.push(flag);
        }
    }

    /// In any environment, of those who held anything in any.
    fn removal_overall(&self, totals: &[Total<'_>], limits: &Limits, all: &mut Vec<Flag>) {
        let lost: BTreeSet<u32> = totals.iter().flat_map(|it| &it.lost).copied().collect();
        if lost.is_empty() {
            return;
        }
        let lost: Vec<u32> = lost.into_iter().collect();
        let held = self.first.people_holding(self.crowd).count();
        let allowed = allowed(limits, limits.max_removal, held);
        if lost.len() > allowed {
            let mut flag = Flag::new(FlagCode::RemovalOverall).about(self.names(&lost));
            (flag.of, flag.limit) = (Some(held), Some(allowed));
            flag.blocks = true;
            all.push(flag);
        }
    }

    /// Protected permissions with too few holders. Where that was so before and nobody more loses it, it
    /// is told and does not block.
    fn few(&self, totals: &[Total<'_>], limits: &Limits, all: &mut Vec<Flag>) {
        let head = self.to.repository;
        for permission in head.permissions.keys().filter(|key| self.is_protected(key)) {
            for environment in &head.settings.environments {
                let holders = self.to.holders(permission, environment);
                let least = limits.min_holders;
                if holders.len() >= least {
                    continue;
                }
                let total = total_of(totals, environment, permission);
                let was = total.map_or(holders.len(), |total| total.before);
                let mut flag = self.flag(FlagCode::MinHolders, environment, permission);
                let numbers: Vec<u32> = holders.iter().map(|(person, _)| *person).collect();
                flag = flag.about(self.names(&numbers));
                flag.limit = Some(least);
                flag.blocks = was >= least || total.is_some_and(|it| !it.lost.is_empty());
                all.push(flag);
            }
        }
    }

    fn required(&self, totals: &[Total<'_>], limits: &Limits, all: &mut Vec<Flag>) {
        let head = self.to.repository;
        for (permission, required) in &limits.required_holders {
            for environment in &head.settings.environments {
                let holders = self.to.holders(permission, environment);
                let missing: Vec<_> = required
                    .iter()
                    .map(String::as_str)
                    .filter(|email| {
                        let number = self.crowd.number_of(email);
                        let at = |number| holders.binary_search_by_key(&number, |(it, _)| *it);
                        number.is_none_or(|number| at(number).is_err())
                    })
                    .map(std::sync::Arc::from)
                    .collect();
                if missing.is_empty() {
                    continue;
                }
                let lost = |email: &std::sync::Arc<str>| {
                    let number = self.crowd.number_of(email);
                    let total = total_of(totals, environment, permission);
                    total
                        .zip(number)
                        .is_some_and(|(total, it)| total.lost.contains(&it))
                };
                let is_new = !self
                    .from
                    .repository
                    .settings
                    .limits
                    .required_holders
                    .contains_key(permission);
                let mut flag = self.flag(FlagCode::RequiredHolders, environment, permission);
                flag.blocks = is_new || missing.iter().any(lost);
                all.push(flag.about(&missing));
            }
        }
    }
}

fn total_of<'t>(
    totals: &'t [Total<'t>],
    environment: &str,
    permission: &str,
) -> Option<&'t Total<'t>> {
    let key = |total: &Total<'t>| (total.environment, total.permission);
    let at = totals.binary_search_by(|total| key(total).cmp(&(environment, permission)));
    totals.get(at.ok()?)
}

impl Side<'_> {
    /// Everybody who holds anything in any environment.
    pub(in crate::plan) fn people_holding<'c>(
        &self,
        crowd: &'c crate::plan::side::Crowd,
    ) -> impl Iterator<Item = &'c std::sync::Arc<str>> {
        let is_root = |at: &usize| {
            let node = self.nodes.get(*at);
            node.is_some_and(|node| matches!(node.key, crate::facts::Key::Granted(..)))
        };
        let mut todo: Vec<usize> = (0..self.nodes.len()).filter(is_root).collect();
        let mut seen: BTreeSet<usize> = todo.iter().copied().collect();
        let mut people = BTreeSet::new();
        while let Some(at) = todo.pop() {
            if let Some(node) = self.nodes.get(at) {
                people.extend(node.members.iter().map(|member| member.person));
                let below = node.children.iter().map(|(child, _)| *child);
                todo.extend(below.filter(|child| seen.insert(*child)));
            }
        }
        people.into_iter().filter_map(|person| crowd.name(person))
    }
}

/// Teams that lost so many members that the answer may be a part only.
fn shrank(before: &Directory, now: &Directory, limits: &Limits, all: &mut Vec<Flag>) {
    let empty = BTreeMap::new();
    for (login, org) in &before.orgs {
        let there: Option<&Org> = now.orgs.get(login);
        let teams = there.map_or(&empty, |org| &org.teams);
        let members = there.map(|org| &org.members);
        let mut lists = vec![(org.login.clone(), &org.members, members)];
        for (slug, team) in &org.teams {
            let now = teams.get(slug).map(|team| &team.members);
            lists.push((format!("{}/{slug}", org.login), &team.members, now));
        }
        for (called, were, are) in lists {
            let gone = were
                .iter()
                .filter(|login| are.is_none_or(|are| !are.contains(*login)));
            let gone = gone.count();
            let allowed = allowed(limits, limits.max_team_loss, were.len());
            if gone > allowed {
                let mut flag = Flag::new(FlagCode::DirectoryShrank);
                flag.cause = Some(Cause::Directory);
                flag.subject = Some(called);
                (flag.count, flag.of, flag.limit) = (gone, Some(were.len()), Some(allowed));
                flag.blocks = true;
                all.push(flag);
            }
        }
    }
}
