//! The other way round: who is in a group, who has a permission.

use super::{GroupNode, Ix, IxMap, World};
use crate::{Ends, Entitlement, Group, Id, Kind, Timestamp, User, name};

/// Somebody who has something, until when.
#[derive(Clone, Copy, Debug)]
pub struct Holder<'w> {
    /// Who.
    pub user: &'w User,
    /// The latest end over all paths.
    pub until: Ends,
}

impl World {
    /// Everybody who is in `group` as `kind` at `now`, directly or through other groups, by login.
    #[must_use]
    pub fn holders(&self, group: Id<Group>, kind: Kind, now: Timestamp) -> Vec<Holder<'_>> {
        self.group_ix
            .get(&group.uuid())
            .map_or_else(Vec::new, |ix| {
                self.with_users(self.holder_ends(*ix, kind, now))
            })
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
        self.direct_ends(ix, kind, now).next().is_some()
            || self
                .widths_into(ix, kind, now)
                .into_keys()
                .any(|child| self.direct_ends(child, Kind::Member, now).next().is_some())
    }

    /// By login. Where nearly everybody is meant, the index of logins is read in its order rather
    /// than sorting by text.
    fn with_users(&self, ends: Vec<(Ix, Ends)>) -> Vec<Holder<'_>> {
        if ends.len() > self.users.len() / 16 {
            let by_user = dense(ends, self.users.len());
            let in_order = self.logins.values();
            return in_order
                .filter_map(|(ix, user)| {
                    let until = by_user.get(*ix as usize).copied()??;
                    Some(Holder { user, until })
                })
                .collect();
        }
        let mut all: Vec<_> = ends
            .into_iter()
            .filter_map(|(ix, until)| Some((self.user_at(ix)?, until)))
            .collect();
        all.sort_unstable_by(|a, b| a.0.key.cmp(&b.0.key));
        all.into_iter()
            .map(|(node, until)| Holder {
                user: &node.user,
                until,
            })
            .collect()
    }

    /// Who is in the group, each user once with the latest end, by user number.
    pub(super) fn holder_ends(&self, group: Ix, kind: Kind, now: Timestamp) -> Vec<(Ix, Ends)> {
        let mut all: Vec<_> = self.direct_ends(group, kind, now).collect();
        for (child, width) in self.widths_into(group, kind, now) {
            let direct = self.direct_ends(child, Kind::Member, now);
            all.extend(direct.map(|(user, until)| (user, until.min(width))));
        }
        self.latest_per_user(all)
    }

    fn direct_ends(
        &self,
        group: Ix,
        kind: Kind,
        now: Timestamp,
    ) -> impl Iterator<Item = (Ix, Ends)> {
        self.group_at(group)
            .into_iter()
            .flat_map(|node| node.facts.iter())
            .filter_map(|slot| self.edge(slot))
            .filter(move |edge| edge.kind == kind && edge.validity.contains(now))
            .map(|edge| (edge.user, edge.validity.until))
    }

    /// The groups whose members are in `group` as `kind` at `now`, other than itself, with the
    /// latest end over the inclusions that lead there.
    fn widths_into(&self, group: Ix, kind: Kind, now: Timestamp) -> IxMap<Ix, Ends> {
        let first = self.children_ends(group, kind, now);
        let mut widths = self.widths(first.collect(), now);
        if kind == Kind::Member {
            widths.remove(&group);
        }
        widths
    }

    fn children_ends(
        &self,
        group: Ix,
        kind: Kind,
        now: Timestamp,
    ) -> impl Iterator<Item = (Ix, Ends)> {
        let links = self.group_at(group).map_or(&[][..], |node| &node.children);
        links
            .iter()
            .filter(move |link| {
                link.inclusion.kind == kind && link.inclusion.validity.contains(now)
            })
            .map(|link| (link.ix, link.inclusion.validity.until))
    }

    /// The given groups and all whose members get into them, each with the latest end over all
    /// ways, of which each ends with its earliest end.
    fn widths(&self, mut todo: Vec<(Ix, Ends)>, now: Timestamp) -> IxMap<Ix, Ends> {
        let mut widths: IxMap<Ix, Ends> = IxMap::default();
        while let Some((ix, width)) = todo.pop() {
            let best = widths.get(&ix);
            if best.is_none_or(|best| *best < width) {
                widths.insert(ix, width);
                let children = self.children_ends(ix, Kind::Member, now);
                todo.extend(children.map(|(child, until)| (child, width.min(until))));
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
        self.conferring_nodes(permission, environment, now)
            .map(|(_, node, entitlement)| (&*node.group, entitlement))
    }

    fn conferring_nodes<'w>(
        &'w self,
        permission: &str,
        environment: Option<&'w str>,
        now: Timestamp,
    ) -> impl Iterator<Item = (Ix, &'w GroupNode, &'w Entitlement)> {
        let key = name::key(permission);
        let groups: Vec<Ix> = self
            .permissions
            .get(key.as_str())
            .map_or_else(Vec::new, |groups| groups.keys().copied().collect());
        groups
            .into_iter()
            .filter_map(|ix| Some((ix, self.group_at(ix)?)))
            .flat_map(move |(ix, node)| {
                let key = key.clone();
                node.entitlements
                    .iter()
                    .filter(move |e| {
                        e.validity.contains(now)
                            && e.grant
                                .permission()
                                .is_some_and(|p| p.name.key() == key && p.holds_in(environment))
                    })
                    .map(move |e| (ix, node, &**e))
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
        self.with_users(self.who_can_ends(permission, environment, now))
    }

    /// All conferring groups at once, so that a role that leads into many of them is read once.
    pub(super) fn who_can_ends(
        &self,
        permission: &str,
        environment: Option<&str>,
        now: Timestamp,
    ) -> Vec<(Ix, Ends)> {
        let first = self
            .conferring_nodes(permission, environment, now)
            .map(|(ix, _, entitlement)| (ix, entitlement.validity.until))
            .collect();
        let mut all = Vec::new();
        for (group, width) in self.widths(first, now) {
            let direct = self.direct_ends(group, Kind::Member, now);
            all.extend(direct.map(|(user, until)| (user, until.min(width))));
        }
        self.latest_per_user(all)
    }

    /// Each user once, with the latest end, by user number.
    fn latest_per_user(&self, mut all: Vec<(Ix, Ends)>) -> Vec<(Ix, Ends)> {
        if all.len() > self.users.len() / 16 {
            let by_user = dense(all, self.users.len());
            return (0..)
                .zip(by_user)
                .filter_map(|(ix, until)| Some((ix, until?)))
                .collect();
        }
        all.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
        all.dedup_by_key(|(user, _)| *user);
        all
    }
}

/// The latest end by user number, for `users` users.
fn dense(ends: Vec<(Ix, Ends)>, users: usize) -> Vec<Option<Ends>> {
    let mut by_user = vec![None; users];
    for (ix, until) in ends {
        if let Some(place) = by_user.get_mut(ix as usize) {
            // `None` is less than any end.
            *place = (*place).max(Some(until));
        }
    }
    by_user
}
