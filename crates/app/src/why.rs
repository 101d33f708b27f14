//! Why somebody has something, or what is missing: one answer, which pages, API and command line tell.

use std::{cmp::Reverse, collections::HashMap};

use portcullis_model::{
    Entitlement, Expiry, Group, MembershipKind, Timestamp, User, World, world::Path,
};

use crate::decide::{DecidedBy, Decider};

/// Whether somebody has something, with all that says so.
#[derive(Debug)]
pub struct Why<'w> {
    /// Whether they have it.
    pub verdict: Verdict,
    /// The ways that lead there, the one that lasts longest first, then the shortest.
    pub ways: Vec<Way<'w>>,
    /// The groups that would give what is missing, those first that can be asked for here and give
    /// least besides; none where they have it, or where no group would help.
    pub missing: Vec<&'w Group>,
    /// The rule that allows a permission or denies it.
    pub decided_by: Option<DecidedBy>,
}

/// Whether somebody has something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They have it, until then.
    Holds(Expiry),
    /// They have it from then on.
    Begins(Timestamp),
    /// They have the permission in these environments, and none was named.
    OnlyIn(Vec<String>),
    /// A rule denies it, whatever group they are in.
    Denied,
    /// They have it not.
    Lacks,
}

/// One way that leads to it.
#[derive(Clone, Debug)]
pub struct Way<'w> {
    /// From the person to the group.
    pub path: Path<'w>,
    /// The group at its end.
    pub group: &'w Group,
    /// When it ends, the entitlement's own end regarded.
    pub ends: Expiry,
}

impl<'w> Why<'w> {
    /// Why `user` is in `group` as `kind` at `now`.
    #[must_use]
    pub fn in_group(
        world: &'w World,
        user: &User,
        group: &'w Group,
        kind: MembershipKind,
        now: Timestamp,
    ) -> Self {
        let paths = world.paths(user.id, group.id, kind, now);
        let ways = sorted(paths.into_iter().map(|path| Way {
            ends: path.until,
            path,
            group,
        }));
        let begins = || {
            let planned = world.direct(user.id, group.id, kind)?.validity.from;
            (planned > now).then_some(Verdict::Begins(planned))
        };
        let verdict = match world.holds(user.id, group.id, kind, now) {
            Some(ends) => Verdict::Holds(ends),
            None => begins().unwrap_or(Verdict::Lacks),
        };
        let missing = match verdict {
            Verdict::Lacks => vec![group],
            _ => Vec::new(),
        };
        Self {
            verdict,
            ways,
            missing,
            decided_by: None,
        }
    }

    /// Why `user` has `permission` at `now` in `environment`, or everywhere if none is named.
    #[must_use]
    pub fn permission(
        decider: &Decider,
        world: &'w World,
        user: &User,
        permission: &str,
        environment: Option<&'w str>,
        now: Timestamp,
    ) -> Self {
        let only = decider.only_in(world, user, permission, environment, now);
        let answer = decider.uses(world, user, permission, environment, now);
        let ways = ways(world, user, permission, environment, now, only.is_empty());
        let decided_by = DecidedBy::of(world, &answer).filter(|_| only.is_empty());
        let longest = ways.first().map(|way| way.ends);
        // A rule may allow what no group grants.
        let by_rule = || decider.may_use(world, user, permission, environment, now);
        let until = || longest.or_else(by_rule).filter(|_| answer.allowed);
        let verdict = if !only.is_empty() {
            Verdict::OnlyIn(only)
        } else if let Some(until) = until() {
            Verdict::Holds(until)
        } else if decided_by.is_some() {
            Verdict::Denied
        } else {
            Verdict::Lacks
        };
        let missing = match verdict {
            Verdict::Lacks => granting(world, permission, environment, now),
            _ => Vec::new(),
        };
        Self {
            verdict,
            ways,
            missing,
            decided_by,
        }
    }

    /// Until when they have it, if they do.
    #[must_use]
    pub const fn until(&self) -> Option<Expiry> {
        match self.verdict {
            Verdict::Holds(until) => Some(until),
            _ => None,
        }
    }
}

/// Every way that leads `user` to a permission; only those that need no environment where
/// `everywhere` and none is named.
#[must_use]
pub fn ways<'w>(
    world: &'w World,
    user: &User,
    permission: &str,
    environment: Option<&'w str>,
    now: Timestamp,
    everywhere: bool,
) -> Vec<Way<'w>> {
    let granting: Vec<_> = world.conferring(permission, environment, now).collect();
    if granting.is_empty() {
        return Vec::new();
    }
    // Walked once, however many groups grant it.
    let held = world.access_of(user.id, now).into_iter();
    let held = held.filter(|access| access.kind == MembershipKind::Member);
    let held: HashMap<_, _> = held.map(|access| (access.group.id, access)).collect();
    let limited = |entitlement: &Entitlement| {
        let named = entitlement.grant.named();
        named.is_some_and(|named| !named.environments.is_empty())
    };
    let mut all = Vec::new();
    for (group, entitlement) in granting {
        if everywhere && environment.is_none() && limited(entitlement) {
            continue;
        }
        let paths = held.get(&group.id).into_iter().flat_map(|at| &at.paths);
        all.extend(paths.map(|path| Way {
            ends: path.until.min(entitlement.validity.until),
            path: path.clone(),
            group,
        }));
    }
    sorted(all.into_iter())
}

fn sorted<'w>(ways: impl Iterator<Item = Way<'w>>) -> Vec<Way<'w>> {
    let mut ways: Vec<_> = ways.collect();
    ways.sort_by_key(|way| (Reverse(way.ends), way.path.via.len(), &way.group.name));
    ways
}

fn granting<'w>(
    world: &'w World,
    permission: &str,
    environment: Option<&'w str>,
    now: Timestamp,
) -> Vec<&'w Group> {
    let groups = world.conferring(permission, environment, now);
    let mut groups: Vec<_> = groups.map(|(group, _)| group).collect();
    groups.sort_by_key(|group| {
        let besides = world.entitlements_of(group.id).count();
        (!group.is_managed(), besides, &group.name)
    });
    groups.dedup_by_key(|group| group.id);
    groups
}
