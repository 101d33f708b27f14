//! Effective access: who has what, through which paths, until when.
//!
//! A path starts with a direct fact (user in group) and goes on over inclusions. It ends with its
//! earliest end; what somebody has ends with the latest end over all paths. Only what holds at
//! `now` is followed.

use std::collections::{BTreeMap, HashMap};

use super::{Ix, World};
use crate::{
    Ends, Entitlement, Group, Id, Inclusion, Kind, Membership, Permission, Timestamp, User, name,
};

/// More paths than this to one thing are not listed; ends are right whatever their number.
const MOST_PATHS: usize = 32;
/// More steps than this are not followed when paths are listed.
const MOST_STEPS: usize = 20_000;

/// Somebody is in a group, directly or through others.
#[derive(Clone, Debug)]
pub struct Access<'w> {
    /// In what.
    pub group: &'w Group,
    /// As what.
    pub kind: Kind,
    /// The latest end over all paths.
    pub until: Ends,
    /// The ways that lead there, shortest first, the first 32 of them.
    pub paths: Vec<Path<'w>>,
}

/// One way that leads from a user into a group.
#[derive(Clone, Debug, PartialEq)]
pub struct Path<'w> {
    /// The direct fact it starts with.
    pub direct: &'w Membership,
    /// The inclusions it goes on over, in order.
    pub via: Vec<&'w Inclusion>,
    /// The earliest end along it.
    pub until: Ends,
}

/// One group on a path, with how one is in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PathStep<'w> {
    /// The group.
    pub group: &'w Group,
    /// As what.
    pub kind: Kind,
    /// When this step alone ends.
    pub until: Ends,
}

impl<'w> Path<'w> {
    /// The groups along the path, in order.
    #[must_use]
    pub fn steps(&self, world: &'w World) -> Vec<PathStep<'w>> {
        let first = (
            self.direct.group,
            self.direct.kind,
            self.direct.validity.until,
        );
        let rest = self
            .via
            .iter()
            .map(|i| (i.target, i.kind, i.validity.until));
        std::iter::once(first)
            .chain(rest)
            .filter_map(|(id, kind, until)| {
                Some(PathStep {
                    group: world.group(id)?,
                    kind,
                    until,
                })
            })
            .collect()
    }

    /// Whether it is the direct fact alone.
    #[must_use]
    pub const fn is_direct(&self) -> bool {
        self.via.is_empty()
    }

    /// The group it leads into and as what.
    #[must_use]
    pub fn goal(&self) -> (Id<Group>, Kind) {
        self.via
            .last()
            .map_or((self.direct.group, self.direct.kind), |last| {
                (last.target, last.kind)
            })
    }
}

/// Somebody who has something, until when.
#[derive(Clone, Copy, Debug)]
pub struct Holder<'w> {
    /// Who.
    pub user: &'w User,
    /// The latest end over all paths.
    pub until: Ends,
}

/// A permission somebody has through a group.
#[derive(Clone, Copy, Debug)]
pub struct PermissionAccess<'w> {
    /// What.
    pub permission: &'w Permission,
    /// The fact that the group confers it.
    pub entitlement: &'w Entitlement,
    /// The group.
    pub group: &'w Group,
    /// Until when, through this group.
    pub until: Ends,
}

impl World {
    /// Everything `user` has at `now`, by group name, members before owners, with the paths.
    #[must_use]
    pub fn access_of(&self, user: Id<User>, now: Timestamp) -> Vec<Access<'_>> {
        let mut found: BTreeMap<(Ix, Kind), (Ends, Vec<Path<'_>>)> = self
            .ends_of(user, now)
            .into_iter()
            .map(|(at, until)| (at, (until, Vec::new())))
            .collect();
        let mut steps = 0;
        for fact in self.live_facts_of(user, now) {
            let mut todo = vec![(
                fact.group,
                Path {
                    direct: &fact.membership,
                    via: Vec::new(),
                    until: fact.membership.validity.until,
                },
            )];
            while let Some((ix, path)) = todo.pop() {
                steps += 1;
                if steps > MOST_STEPS {
                    break;
                }
                let kind = path.goal().1;
                if kind == Kind::Member {
                    for link in self.group_at(ix).into_iter().flat_map(|node| &node.targets) {
                        let inclusion = &*link.inclusion;
                        let seen = || path.via.iter().any(|i| i.target == inclusion.target);
                        if inclusion.validity.contains(now) && !seen() {
                            let mut next = path.clone();
                            next.via.push(inclusion);
                            next.until = next.until.min(inclusion.validity.until);
                            todo.push((link.ix, next));
                        }
                    }
                }
                if let Some((_, paths)) = found.get_mut(&(ix, kind))
                    && paths.len() < MOST_PATHS
                {
                    paths.push(path);
                }
            }
        }
        let mut all: Vec<_> = found
            .into_iter()
            .filter_map(|((ix, kind), (until, mut paths))| {
                paths.sort_by_key(|path| (path.via.len(), std::cmp::Reverse(path.until)));
                Some(Access {
                    group: &self.group_at(ix)?.group,
                    kind,
                    until,
                    paths,
                })
            })
            .collect();
        all.sort_by(|a, b| (a.group.name.as_str(), a.kind).cmp(&(b.group.name.as_str(), b.kind)));
        all
    }

    /// The ways that lead `user` into `group` as `kind` at `now`, shortest first.
    #[must_use]
    pub fn paths(
        &self,
        user: Id<User>,
        group: Id<Group>,
        kind: Kind,
        now: Timestamp,
    ) -> Vec<Path<'_>> {
        self.access_of(user, now)
            .into_iter()
            .find(|access| access.group.id == group && access.kind == kind)
            .map_or_else(Vec::new, |access| access.paths)
    }

    /// Until when `user` is in `group` as `kind`, if at all at `now`.
    #[must_use]
    pub fn holds(
        &self,
        user: Id<User>,
        group: Id<Group>,
        kind: Kind,
        now: Timestamp,
    ) -> Option<Ends> {
        let ix = *self.group_ix.get(&group.uuid())?;
        let from_fact = |fact: &super::Fact| fact.membership.validity.until;
        let node = self.group_at(ix)?;
        if node.children.is_empty() {
            return self
                .live_facts_of(user, now)
                .find(|fact| fact.group == ix && fact.membership.kind == kind)
                .map(from_fact);
        }
        self.ends_of(user, now).get(&(ix, kind)).copied()
    }

    fn live_facts_of(&self, user: Id<User>, now: Timestamp) -> impl Iterator<Item = &super::Fact> {
        self.user_node(user)
            .into_iter()
            .flat_map(|node| node.facts.iter())
            .filter_map(|slot| self.fact(*slot))
            .filter(move |fact| fact.membership.validity.contains(now))
    }

    /// Every group `user` is in at `now`, as what and until when; without paths.
    #[must_use]
    pub(super) fn ends_of(&self, user: Id<User>, now: Timestamp) -> HashMap<(Ix, Kind), Ends> {
        let mut ends: HashMap<(Ix, Kind), Ends> = HashMap::new();
        let mut todo: Vec<(Ix, Kind, Ends)> = self
            .live_facts_of(user, now)
            .map(|fact| {
                (
                    fact.group,
                    fact.membership.kind,
                    fact.membership.validity.until,
                )
            })
            .collect();
        while let Some((ix, kind, until)) = todo.pop() {
            match ends.get_mut(&(ix, kind)) {
                Some(best) if *best >= until => continue,
                Some(best) => *best = until,
                None => {
                    ends.insert((ix, kind), until);
                }
            }
            if kind == Kind::Member {
                for link in self.group_at(ix).into_iter().flat_map(|node| &node.targets) {
                    let inclusion = &link.inclusion;
                    if inclusion.validity.contains(now) {
                        todo.push((link.ix, inclusion.kind, until.min(inclusion.validity.until)));
                    }
                }
            }
        }
        ends
    }

    /// The groups `user` is in at `now`, as what and until when, in no order.
    pub fn groups_of(
        &self,
        user: Id<User>,
        now: Timestamp,
    ) -> impl Iterator<Item = (&Group, Kind, Ends)> {
        self.ends_of(user, now)
            .into_iter()
            .filter_map(|((ix, kind), until)| Some((&*self.group_at(ix)?.group, kind, until)))
    }

    /// Everybody who is in `group` as `kind` at `now`, directly or through other groups, by login.
    #[must_use]
    pub fn holders(&self, group: Id<Group>, kind: Kind, now: Timestamp) -> Vec<Holder<'_>> {
        let Some(&ix) = self.group_ix.get(&group.uuid()) else {
            return Vec::new();
        };
        let mut all = self.with_users(self.holder_ends(ix, kind, now));
        all.sort_unstable_by(|a, b| a.user.login.cmp(&b.user.login));
        all
    }

    /// How many are in `group` as `kind` at `now`.
    #[must_use]
    pub fn holder_count(&self, group: Id<Group>, kind: Kind, now: Timestamp) -> usize {
        self.group_ix
            .get(&group.uuid())
            .map_or(0, |ix| self.holder_ends(*ix, kind, now).len())
    }

    /// Whether anybody is in `group` as `kind` at `now`; looks no further than the first.
    pub(crate) fn anybody_in(&self, group: Id<Group>, kind: Kind, now: Timestamp) -> bool {
        let Some(&ix) = self.group_ix.get(&group.uuid()) else {
            return false;
        };
        let direct = |ix, kind| {
            let slots = self.group_at(ix).map_or(&[][..], |node| &node.facts);
            let mut facts = slots.iter().filter_map(|slot| self.fact(*slot));
            facts.any(|f| f.membership.kind == kind && f.membership.validity.contains(now))
        };
        let through = || self.widths_into(ix, kind, now).into_keys();
        direct(ix, kind) || through().any(|child| direct(child, Kind::Member))
    }

    fn with_users(&self, ends: Vec<(Ix, Ends)>) -> Vec<Holder<'_>> {
        ends.into_iter()
            .filter_map(|(ix, until)| {
                Some(Holder {
                    user: &self.user_at(ix)?.user,
                    until,
                })
            })
            .collect()
    }

    /// Who is in the group, each user once with the latest end, by user number.
    pub(super) fn holder_ends(&self, group: Ix, kind: Kind, now: Timestamp) -> Vec<(Ix, Ends)> {
        let mut all = Vec::new();
        self.collect_direct(group, kind, Ends::NEVER, now, &mut all);
        for (child, width) in self.widths_into(group, kind, now) {
            self.collect_direct(child, Kind::Member, width, now, &mut all);
        }
        latest_per_user(&mut all);
        all
    }

    fn collect_direct(
        &self,
        group: Ix,
        kind: Kind,
        most: Ends,
        now: Timestamp,
        into: &mut Vec<(Ix, Ends)>,
    ) {
        let slots = self.group_at(group).map_or(&[][..], |node| &node.facts);
        into.extend(
            slots
                .iter()
                .filter_map(|slot| self.fact(*slot))
                .filter(|fact| {
                    fact.membership.kind == kind && fact.membership.validity.contains(now)
                })
                .map(|fact| (fact.user, fact.membership.validity.until.min(most))),
        );
    }

    /// The groups whose members are in `group` as `kind` at `now`, other than itself, with the
    /// latest end over the inclusions that lead there.
    fn widths_into(&self, group: Ix, kind: Kind, now: Timestamp) -> HashMap<Ix, Ends> {
        let mut widths: HashMap<Ix, Ends> = HashMap::new();
        let mut todo = vec![(group, kind, Ends::NEVER)];
        while let Some((ix, kind, width)) = todo.pop() {
            for link in self
                .group_at(ix)
                .into_iter()
                .flat_map(|node| &node.children)
            {
                let inclusion = &link.inclusion;
                if inclusion.kind != kind || !inclusion.validity.contains(now) {
                    continue;
                }
                let width = width.min(inclusion.validity.until);
                let best = widths.get(&link.ix);
                if best.is_none_or(|best| *best < width) {
                    widths.insert(link.ix, width);
                    todo.push((link.ix, Kind::Member, width));
                }
            }
        }
        widths
    }

    /// Whose members are in `group` as `kind` at `now`, other than itself: groups and roles by
    /// name, each with the latest end over the inclusions that lead there.
    #[must_use]
    pub fn groups_into(&self, group: Id<Group>, kind: Kind, now: Timestamp) -> Vec<(&Group, Ends)> {
        let Some(&ix) = self.group_ix.get(&group.uuid()) else {
            return Vec::new();
        };
        let mut all: Vec<_> = self
            .widths_into(ix, kind, now)
            .into_iter()
            .filter_map(|(ix, until)| Some((&*self.group_at(ix)?.group, until)))
            .collect();
        all.sort_by(|a, b| a.0.name.cmp(&b.0.name));
        all
    }

    /// The groups that confer `permission` at `now` in `environment` (anywhere, if not given).
    pub fn conferring<'w>(
        &'w self,
        permission: &str,
        environment: Option<&'w str>,
        now: Timestamp,
    ) -> impl Iterator<Item = (&'w Group, &'w Entitlement)> {
        let key = name::key(permission);
        let groups: Vec<Ix> = self
            .permissions
            .get(key.as_str())
            .map_or_else(Vec::new, |groups| groups.keys().copied().collect());
        groups
            .into_iter()
            .filter_map(|ix| self.group_at(ix))
            .flat_map(move |node| {
                let key = key.clone();
                node.entitlements
                    .iter()
                    .filter(move |e| {
                        e.validity.contains(now)
                            && e.grant
                                .permission()
                                .is_some_and(|p| p.name.key() == key && p.holds_in(environment))
                    })
                    .map(|e| (&*node.group, &**e))
            })
    }

    /// Everybody who has `permission` at `now` in `environment` (anywhere, if not given), by login.
    #[must_use]
    pub fn who_can(
        &self,
        permission: &str,
        environment: Option<&str>,
        now: Timestamp,
    ) -> Vec<Holder<'_>> {
        let mut all = self.with_users(self.who_can_ends(permission, environment, now));
        all.sort_unstable_by(|a, b| a.user.login.cmp(&b.user.login));
        all
    }

    pub(super) fn who_can_ends(
        &self,
        permission: &str,
        environment: Option<&str>,
        now: Timestamp,
    ) -> Vec<(Ix, Ends)> {
        let mut all = Vec::new();
        for (group, entitlement) in self.conferring(permission, environment, now) {
            let Some(&ix) = self.group_ix.get(&group.id.uuid()) else {
                continue;
            };
            let most = entitlement.validity.until;
            let holders = self.holder_ends(ix, Kind::Member, now);
            all.extend(
                holders
                    .into_iter()
                    .map(|(user, until)| (user, until.min(most))),
            );
        }
        latest_per_user(&mut all);
        all
    }

    /// Every permission `user` has at `now`, by name and group.
    #[must_use]
    pub fn permissions_of(&self, user: Id<User>, now: Timestamp) -> Vec<PermissionAccess<'_>> {
        let mut all: Vec<_> = self
            .ends_of(user, now)
            .into_iter()
            .filter(|((_, kind), _)| *kind == Kind::Member)
            .filter_map(|((ix, _), until)| Some((self.group_at(ix)?, until)))
            .flat_map(|(node, until)| {
                node.entitlements
                    .iter()
                    .filter(|e| e.validity.contains(now))
                    .filter_map(move |e| {
                        Some(PermissionAccess {
                            permission: e.grant.permission()?,
                            entitlement: e,
                            group: &node.group,
                            until: until.min(e.validity.until),
                        })
                    })
            })
            .collect();
        all.sort_by(|a, b| {
            (&a.permission.name, &a.group.name).cmp(&(&b.permission.name, &b.group.name))
        });
        all
    }

    /// The direct facts that end in `(now, by]`, soonest first.
    #[must_use]
    pub fn ending<'w>(
        facts: impl Iterator<Item = &'w Membership>,
        now: Timestamp,
        by: Timestamp,
    ) -> Vec<&'w Membership> {
        let mut all: Vec<_> = facts
            .filter(|m| m.validity.contains(now) && m.validity.until <= Ends::at(by))
            .collect();
        all.sort_by_key(|m| (m.validity.until, m.id));
        all
    }

    /// Every direct membership and ownership on record, in no order.
    pub fn memberships(&self) -> impl Iterator<Item = &Membership> {
        self.memberships
            .iter()
            .filter_map(|(_, fact)| Some(&fact.as_ref()?.membership))
    }

    /// Every inclusion on record, in no order.
    pub fn inclusions(&self) -> impl Iterator<Item = &Inclusion> {
        self.inclusions.values().map(|inclusion| &**inclusion)
    }

    /// Every entitlement on record, in no order.
    pub fn entitlements(&self) -> impl Iterator<Item = &Entitlement> {
        self.entitlements.values().map(|entitlement| &**entitlement)
    }
}

/// Keeps each user once, with the latest end.
fn latest_per_user(all: &mut Vec<(Ix, Ends)>) {
    all.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
    all.dedup_by_key(|(user, _)| *user);
}
