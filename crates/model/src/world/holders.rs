//! The other way round: who is in a group, who has a permission.

use super::{GroupNode, Ix, IxMap, World};
use crate::{
    Entitlement, Expiry, Group, Id, MembershipKind, Permission, Timestamp, User,
    name::{self, PermissionName},
};

/// Somebody who has something, until when.
#[derive(Clone, Copy, Debug)]
pub struct Holder<'w> {
    /// Who.
    pub user: &'w User,
    /// The latest end over all paths.
    pub until: Expiry,
}

impl World {
    /// Everybody who is in `group` as `kind` at `now`, directly or through other groups, by login.
    #[must_use]
    pub fn holders(
        &self,
        group: Id<Group>,
        kind: MembershipKind,
        now: Timestamp,
    ) -> Vec<Holder<'_>> {
        self.group_ix
            .get(&group.uuid())
            .map_or_else(Vec::new, |ix| {
                self.with_users(self.collect(&self.ways_into(*ix, kind, now), now))
            })
    }

    /// How many are in `group` as `kind` at `now`.
    #[must_use]
    pub fn holder_count(&self, group: Id<Group>, kind: MembershipKind, now: Timestamp) -> usize {
        let Some(&ix) = self.group_ix.get(&group.uuid()) else {
            return 0;
        };
        let ways = self.ways_into(ix, kind, now);
        if let [_] = *ways {
            // Nobody is twice in one group as one kind.
            return self.direct_ends(ix, kind, now).count();
        }
        let mut seen = vec![0_u64; self.users.len().div_ceil(64)];
        let mut count = 0;
        for (user, _) in ways
            .iter()
            .flat_map(|(group, kind, _)| self.direct_ends(*group, *kind, now))
        {
            let bit = 1 << (user % 64);
            if let Some(seen) = seen.get_mut(user as usize / 64)
                && *seen & bit == 0
            {
                *seen |= bit;
                count += 1;
            }
        }
        count
    }

    /// Whether anybody but `other` is in `group` as `kind` at `now`; looks no further than the first.
    pub(crate) fn anybody_in(
        &self,
        group: Id<Group>,
        kind: MembershipKind,
        other: Option<Id<User>>,
        now: Timestamp,
    ) -> bool {
        let Some(&ix) = self.group_ix.get(&group.uuid()) else {
            return false;
        };
        let other = other.and_then(|id| self.user_ix.get(&id.uuid()).copied());
        let any = |group, kind| {
            let mut direct = self.direct_ends(group, kind, now);
            direct.any(|(user, _)| Some(user) != other)
        };
        any(ix, kind)
            || self
                .widths_into(ix, kind, now)
                .into_keys()
                .any(|child| any(child, MembershipKind::Member))
    }

    /// By login. Where nearly everybody is meant, the index of logins is read in its order rather
    /// than sorting by text.
    fn with_users(&self, latest: Latest) -> Vec<Holder<'_>> {
        match latest {
            Latest::Many(by_user) => {
                let in_order = self.logins.values();
                in_order
                    .map(|(ix, user)| (user, by_user.get(*ix as usize)))
                    .filter_map(|(user, until)| {
                        let until = *until.filter(|until| **until != NOBODY)?;
                        Some(Holder { user, until })
                    })
                    .collect()
            }
            Latest::Few(ends) => {
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
        }
    }

    /// Who is in the group, each user once with the latest end, by user number.
    pub(super) fn holder_ends(
        &self,
        group: Ix,
        kind: MembershipKind,
        now: Timestamp,
    ) -> Vec<(Ix, Expiry)> {
        self.collect(&self.ways_into(group, kind, now), now).pairs()
    }

    /// The groups whose direct facts put somebody into `group` as `kind`, with the kind they have
    /// to be of and the latest end over the way from there.
    fn ways_into(
        &self,
        group: Ix,
        kind: MembershipKind,
        now: Timestamp,
    ) -> Vec<(Ix, MembershipKind, Expiry)> {
        let through = self.widths_into(group, kind, now).into_iter();
        std::iter::once((group, kind, Expiry::NEVER))
            .chain(through.map(|(child, width)| (child, MembershipKind::Member, width)))
            .collect()
    }

    /// The users in any of `groups`, each once with the latest end.
    fn collect(&self, groups: &[(Ix, MembershipKind, Expiry)], now: Timestamp) -> Latest {
        let ends = groups.iter().flat_map(|&(group, kind, width)| {
            let direct = self.direct_ends(group, kind, now);
            direct.map(move |(user, until)| (user, until.min(width)))
        });
        let facts = groups
            .iter()
            .filter_map(|(group, ..)| self.group_at(*group))
            .map(|node| node.facts.len());
        // The few more let small worlds, and so the tests, go both ways.
        if facts.sum::<usize>() > self.users.len() / 16 + 4 {
            let mut by_user = vec![NOBODY; self.users.len()];
            for (user, until) in ends {
                if let Some(best) = by_user.get_mut(user as usize) {
                    *best = (*best).max(until);
                }
            }
            return Latest::Many(by_user);
        }
        let mut all: Vec<_> = ends.collect();
        all.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
        all.dedup_by_key(|(user, _)| *user);
        Latest::Few(all)
    }

    fn direct_ends(
        &self,
        group: Ix,
        kind: MembershipKind,
        now: Timestamp,
    ) -> impl Iterator<Item = (Ix, Expiry)> {
        self.group_at(group)
            .into_iter()
            .flat_map(move |node| match kind {
                MembershipKind::Member => node.facts.iter(),
                MembershipKind::Owner => node.owners.iter(),
            })
            .filter_map(|slot| self.edge(slot))
            .filter(move |edge| edge.kind == kind && edge.validity.contains(now))
            .map(|edge| (edge.user, edge.validity.until))
    }

    /// The groups whose members are in `group` as `kind` at `now`, other than itself, with the
    /// latest end over the inclusions that lead there.
    fn widths_into(&self, group: Ix, kind: MembershipKind, now: Timestamp) -> IxMap<Ix, Expiry> {
        let first = self.children_ends(group, kind, now);
        let mut widths = self.widths(first.collect(), now);
        if kind == MembershipKind::Member {
            widths.remove(&group);
        }
        widths
    }

    fn children_ends(
        &self,
        group: Ix,
        kind: MembershipKind,
        now: Timestamp,
    ) -> impl Iterator<Item = (Ix, Expiry)> {
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
    fn widths(&self, mut todo: Vec<(Ix, Expiry)>, now: Timestamp) -> IxMap<Ix, Expiry> {
        let mut widths: IxMap<Ix, Expiry> = IxMap::default();
        while let Some((ix, width)) = todo.pop() {
            let best = widths.get(&ix);
            if best.is_none_or(|best| *best < width) {
                widths.insert(ix, width);
                let children = self.children_ends(ix, MembershipKind::Member, now);
                todo.extend(children.map(|(child, until)| (child, width.min(until))));
            }
        }
        widths
    }

    /// Whose members are in `group` as `kind` at `now`, other than itself: groups and roles by
    /// name, each with the latest end over the inclusions that lead there.
    #[must_use]
    pub fn groups_into(
        &self,
        group: Id<Group>,
        kind: MembershipKind,
        now: Timestamp,
    ) -> Vec<(&Group, Expiry)> {
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

    /// The permission of this name, whatever the case, as it is written here.
    #[must_use]
    pub fn permission_as_written(&self, permission: &str) -> Option<&PermissionName> {
        let mut written = self.naming(permission);
        written.next().map(|(_, permission)| &permission.name)
    }

    /// What confers a permission of this name, whatever the case and at any time.
    pub(crate) fn naming(
        &self,
        permission: &str,
    ) -> impl Iterator<Item = (&Entitlement, &Permission)> {
        let key = name::key(permission);
        let groups = self.permissions.get(key.as_str());
        let nodes = groups
            .into_iter()
            .flat_map(|groups| groups.keys())
            .filter_map(|ix| self.group_at(*ix));
        nodes
            .flat_map(|node| node.entitlements.iter())
            .filter_map(move |entitlement| {
                let permission = entitlement.grant.named()?;
                (permission.name.key() == key).then_some((&**entitlement, permission))
            })
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
                                .named()
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
        self.with_users(self.who_can_latest(permission, environment, now))
    }

    pub(super) fn who_can_ends(
        &self,
        permission: &str,
        environment: Option<&str>,
        now: Timestamp,
    ) -> Vec<(Ix, Expiry)> {
        self.who_can_latest(permission, environment, now).pairs()
    }

    /// All conferring groups at once, so that a role that leads into many of them is read once.
    fn who_can_latest(
        &self,
        permission: &str,
        environment: Option<&str>,
        now: Timestamp,
    ) -> Latest {
        let first = self
            .conferring_nodes(permission, environment, now)
            .map(|(ix, _, entitlement)| (ix, entitlement.validity.until))
            .collect();
        let groups: Vec<_> = self
            .widths(first, now)
            .into_iter()
            .map(|(group, width)| (group, MembershipKind::Member, width))
            .collect();
        self.collect(&groups, now)
    }
}

/// Less than the end of anything that holds: time begins in 1970, and `[from, until)` has none
/// that ends there.
const NOBODY: Expiry = Expiry::at(Timestamp::from_micros(0));

/// Each user once, with the latest end.
enum Latest {
    /// By user number, only those who have any.
    Few(Vec<(Ix, Expiry)>),
    /// For every user number; [`NOBODY`] for those who have none.
    Many(Vec<Expiry>),
}

impl Latest {
    fn pairs(self) -> Vec<(Ix, Expiry)> {
        match self {
            Self::Few(all) => all,
            Self::Many(all) => (0..)
                .zip(all)
                .filter(|(_, until)| *until != NOBODY)
                .collect(),
        }
    }
}
