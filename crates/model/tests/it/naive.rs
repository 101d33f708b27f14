//! Effective access straight from its definition, without an index: every simple path is walked,
//! a path ends with its earliest end, access with the latest end over its paths, and only what
//! holds now, `[from, until)`, is on a path.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_model::{
    Change, Edit, Entitlement, Expiry, Group, Id, Inclusion, Membership, MembershipKind, Timestamp,
    User, Validity, World,
};

/// The facts of a world, as lists.
pub(crate) struct Facts {
    pub(crate) memberships: Vec<Membership>,
    pub(crate) inclusions: Vec<Inclusion>,
    pub(crate) entitlements: Vec<Entitlement>,
}

type Place = (Id<Group>, MembershipKind);

impl Facts {
    pub(crate) fn of(world: &World) -> Self {
        Self {
            memberships: world.memberships().cloned().collect(),
            inclusions: world.inclusions().cloned().collect(),
            entitlements: world.entitlements().cloned().collect(),
        }
    }

    /// Where `user` is at `now`, and until when.
    pub(crate) fn access(&self, user: Id<User>, now: Timestamp) -> BTreeMap<Place, Expiry> {
        let mut found = BTreeMap::new();
        for m in self.memberships.iter().filter(|m| m.user == user) {
            if let Some(until) = holds(&m.validity, now) {
                self.walk(&mut Vec::new(), (m.group, m.kind), until, now, &mut found);
            }
        }
        found
    }

    fn walk(
        &self,
        path: &mut Vec<Place>,
        at: Place,
        until: Expiry,
        now: Timestamp,
        found: &mut BTreeMap<Place, Expiry>,
    ) {
        if path.contains(&at) {
            return;
        }
        let best = found.entry(at).or_insert(until);
        *best = (*best).max(until);
        if at.1 == MembershipKind::Owner {
            return;
        }
        path.push(at);
        for i in self.inclusions.iter().filter(|i| i.child == at.0) {
            if let Some(end) = holds(&i.validity, now) {
                self.walk(path, (i.target, i.kind), until.min(end), now, found);
            }
        }
        path.pop();
    }

    /// The permissions of `user` at `now`, by folded name, and until when.
    pub(crate) fn permissions(&self, user: Id<User>, now: Timestamp) -> BTreeMap<String, Expiry> {
        let mut found = BTreeMap::new();
        let access = self.access(user, now);
        for e in &self.entitlements {
            let member = access.get(&(e.group, MembershipKind::Member));
            let (Some(member), Some(end)) = (member, holds(&e.validity, now)) else {
                continue;
            };
            let until = (*member).min(end);
            let best = found.entry(e.grant.key()).or_insert(until);
            *best = (*best).max(until);
        }
        found
    }
}

fn holds(validity: &Validity, now: Timestamp) -> Option<Expiry> {
    let begun = validity.from <= now;
    let over = validity.until.instant().is_some_and(|end| end <= now);
    (begun && !over).then_some(validity.until)
}

/// Everything on record in a world, as text in an order that does not depend on its history.
pub(crate) fn all_records(world: &World) -> BTreeSet<String> {
    records(world)
        .iter()
        .map(|record| format!("{record:?}"))
        .collect()
}

/// The creation of everything on record, in the order in which a world is loaded.
pub(crate) fn records(world: &World) -> Vec<Change> {
    let mut all: Vec<Change> = Vec::new();
    all.extend(world.users().cloned().map(|r| Edit::create(r).into()));
    all.extend(world.tags().cloned().map(|r| Edit::create(r).into()));
    all.extend(world.apps().cloned().map(|r| Edit::create(r).into()));
    all.extend(world.groups().cloned().map(|r| Edit::create(r).into()));
    all.extend(world.inclusions().cloned().map(|r| Edit::create(r).into()));
    all.extend(world.memberships().cloned().map(|r| Edit::create(r).into()));
    all.extend(
        world
            .entitlements()
            .cloned()
            .map(|r| Edit::create(r).into()),
    );
    all.extend(world.requests().cloned().map(|r| Edit::create(r).into()));
    all.extend(world.resources().cloned().map(|r| Edit::create(r).into()));
    all
}
