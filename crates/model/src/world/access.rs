//! Effective access: who has what, through which paths, until when.
//!
//! A path starts with a direct fact (user in group) and goes on over inclusions. It ends with its
//! earliest end; what somebody has ends with the latest end over all paths. Only what holds at
//! `now` is followed.

use std::collections::{BTreeMap, VecDeque};

use super::{Edge, Ix, IxMap, World};
use crate::{
    Entitlement, Expiry, Group, Id, Inclusion, Membership, MembershipKind, Permission, Timestamp,
    User,
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
    pub kind: MembershipKind,
    /// The latest end over all paths.
    pub until: Expiry,
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
    pub until: Expiry,
}

/// One group on a path, with how one is in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PathStep<'w> {
    /// The group.
    pub group: &'w Group,
    /// As what.
    pub kind: MembershipKind,
    /// When this step alone ends.
    pub until: Expiry,
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
    pub fn goal(&self) -> (Id<Group>, MembershipKind) {
        self.via
            .last()
            .map_or((self.direct.group, self.direct.kind), |last| {
                (last.target, last.kind)
            })
    }
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
    pub until: Expiry,
}

impl World {
    /// Everything `user` has at `now`, by group name, members before owners, with the paths.
    #[must_use]
    pub fn access_of(&self, user: Id<User>, now: Timestamp) -> Vec<Access<'_>> {
        let mut found: BTreeMap<(Ix, MembershipKind), (Expiry, Vec<Path<'_>>)> = self
            .ends_of(user, now)
            .into_iter()
            .map(|(at, until)| (at, (until, Vec::new())))
            .collect();
        // Breadth first: the paths that are listed are the shortest, and however many there are,
        // every direct fact is among them.
        let mut todo: VecDeque<(Ix, Path<'_>)> = self
            .live_facts_of(user, now)
            .filter_map(|(slot, edge)| {
                let path = Path {
                    direct: self.membership(slot)?,
                    via: Vec::new(),
                    until: edge.validity.until,
                };
                Some((edge.group, path))
            })
            .collect();
        let mut steps = 0;
        while let Some((ix, path)) = todo.pop_front() {
            let kind = path.goal().1;
            let links = match self.group_at(ix) {
                Some(node) if kind == MembershipKind::Member => &node.targets[..],
                _ => &[],
            };
            for link in links {
                let inclusion = &*link.inclusion;
                let to = (inclusion.target, inclusion.kind);
                let again = to == (path.direct.group, path.direct.kind)
                    || path.via.iter().any(|i| (i.target, i.kind) == to);
                if inclusion.validity.contains(now) && !again && steps < MOST_STEPS {
                    steps += 1;
                    let mut via = Vec::with_capacity(path.via.len() + 1);
                    via.extend_from_slice(&path.via);
                    via.push(inclusion);
                    let until = path.until.min(inclusion.validity.until);
                    todo.push_back((link.ix, Path { via, until, ..path }));
                }
            }
            if let Some((_, paths)) = found.get_mut(&(ix, kind))
                && paths.len() < MOST_PATHS
            {
                paths.push(path);
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
        kind: MembershipKind,
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
        kind: MembershipKind,
        now: Timestamp,
    ) -> Option<Expiry> {
        let ix = *self.group_ix.get(&group.uuid())?;
        let node = self.group_at(ix)?;
        if node.children.is_empty() {
            return self
                .live_facts_of(user, now)
                .find(|(_, edge)| edge.group == ix && edge.kind == kind)
                .map(|(_, edge)| edge.validity.until);
        }
        self.ends_of(user, now).get(&(ix, kind)).copied()
    }

    fn live_facts_of(&self, user: Id<User>, now: Timestamp) -> impl Iterator<Item = (u32, &Edge)> {
        self.user_node(user)
            .into_iter()
            .flat_map(|node| node.facts.iter())
            .filter_map(|slot| Some((slot, self.edge(slot)?)))
            .filter(move |(_, edge)| edge.validity.contains(now))
    }

    /// Every group `user` is in at `now`, as what and until when; without paths.
    #[must_use]
    pub(super) fn ends_of(
        &self,
        user: Id<User>,
        now: Timestamp,
    ) -> IxMap<(Ix, MembershipKind), Expiry> {
        let mut ends: IxMap<(Ix, MembershipKind), Expiry> = IxMap::default();
        let mut todo: Vec<(Ix, MembershipKind, Expiry)> = self
            .live_facts_of(user, now)
            .map(|(_, edge)| (edge.group, edge.kind, edge.validity.until))
            .collect();
        while let Some((ix, kind, until)) = todo.pop() {
            match ends.get_mut(&(ix, kind)) {
                Some(best) if *best >= until => continue,
                Some(best) => *best = until,
                None => {
                    ends.insert((ix, kind), until);
                }
            }
            if kind == MembershipKind::Member {
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
    ) -> impl Iterator<Item = (&Group, MembershipKind, Expiry)> {
        self.ends_of(user, now)
            .into_iter()
            .filter_map(|((ix, kind), until)| Some((&*self.group_at(ix)?.group, kind, until)))
    }

    /// How many groups `user` is in at `now`, one twice where they are both member and owner.
    #[must_use]
    pub fn group_count_of(&self, user: Id<User>, now: Timestamp) -> usize {
        let leads_on = |edge: &Edge| {
            let node = self.group_at(edge.group);
            edge.kind == MembershipKind::Member && node.is_some_and(|n| !n.targets.is_empty())
        };
        if self
            .live_facts_of(user, now)
            .any(|(_, edge)| leads_on(edge))
        {
            return self.ends_of(user, now).len();
        }
        self.live_facts_of(user, now).count()
    }

    /// Every permission `user` has at `now`, by name and group.
    #[must_use]
    pub fn permissions_of(&self, user: Id<User>, now: Timestamp) -> Vec<PermissionAccess<'_>> {
        let mut all: Vec<_> = self
            .ends_of(user, now)
            .into_iter()
            .filter(|((_, kind), _)| *kind == MembershipKind::Member)
            .filter_map(|((ix, _), until)| Some((self.group_at(ix)?, until)))
            .flat_map(|(node, until)| {
                node.entitlements
                    .iter()
                    .filter(|e| e.validity.contains(now))
                    .filter_map(move |e| {
                        Some(PermissionAccess {
                            permission: e.grant.named()?,
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

    /// Those of `facts` that end in `(now, by]`, soonest first. Over everything there is
    /// [`World::memberships_ending`].
    #[must_use]
    pub fn ending<'w>(
        facts: impl Iterator<Item = &'w Membership>,
        now: Timestamp,
        by: Timestamp,
    ) -> Vec<&'w Membership> {
        let mut all: Vec<_> = facts
            .filter(|m| m.validity.contains(now) && m.validity.until <= Expiry::at(by))
            .collect();
        all.sort_by_key(|m| (m.validity.until, m.id));
        all
    }

    /// Every direct membership and ownership on record, in no order.
    pub fn memberships(&self) -> impl Iterator<Item = &Membership> {
        self.memberships
            .iter()
            .filter_map(|(_, membership)| membership.as_ref())
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
