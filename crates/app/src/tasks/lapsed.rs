//! What has ended by a time and is still on record, and what of it waits for somebody's word.

use std::collections::BTreeMap;

use portcullis_model::{
    Change, Entitlement, Group, Id, Inclusion, Membership, Refusal, RefusalCode, Timestamp,
    Validity, World, context::AtOnce,
};

/// A grant that has ended.
#[derive(Clone, Copy)]
pub(super) enum Lapsed<'w> {
    Membership(&'w Membership),
    Inclusion(&'w Inclusion),
    Entitlement(&'w Entitlement),
}

impl Lapsed<'_> {
    /// The group whose owners could say when it ends.
    pub(super) const fn group(self) -> Id<Group> {
        match self {
            Self::Membership(membership) => membership.group,
            Self::Inclusion(inclusion) => inclusion.target,
            Self::Entitlement(entitlement) => entitlement.group,
        }
    }

    /// Puts its end on record.
    pub(super) fn end(self) -> Change {
        match self {
            Self::Membership(membership) => membership.end().into(),
            Self::Inclusion(inclusion) => inclusion.end().into(),
            Self::Entitlement(entitlement) => entitlement.end().into(),
        }
    }
}

/// Everything that has ended by `now` and is still on record.
pub(super) fn lapsed(world: &World, now: Timestamp) -> impl Iterator<Item = Lapsed<'_>> {
    let past = move |validity: &Validity| validity.until.is_past(now);
    let inclusions = world.inclusions().filter(move |i| past(&i.validity));
    let entitlements = world.entitlements().filter(move |e| past(&e.validity));
    world
        .memberships_lapsed(now)
        .map(Lapsed::Membership)
        .chain(inclusions.map(Lapsed::Inclusion))
        .chain(entitlements.map(Lapsed::Entitlement))
}

/// How many grants are still on record though they have ended by `now`.
#[must_use]
pub fn lapsed_count(world: &World, now: Timestamp) -> usize {
    lapsed(world, now).count()
}

/// What waits for somebody's word, because more ended at once than time ends without a look: what
/// ended in groups where very many did, and all of it where the rest is too much as well. So a clock
/// that is wrong ends nothing, and whoever lets everybody out of a group holds up that group alone.
#[derive(Debug, Default)]
pub(super) struct Waits {
    /// In which groups, and how many in each.
    groups: BTreeMap<Id<Group>, usize>,
    /// How many ended in all.
    ending: usize,
    all: bool,
}

/// A group is held back alone where more than one in so many of what may end at once ended in it.
const SHARE: usize = 10;

impl Waits {
    /// What waits of what has ended by `now`.
    pub(super) fn of(world: &World, at_once: AtOnce, now: Timestamp) -> Self {
        let held =
            world.membership_count() + world.inclusions().count() + world.entitlements().count();
        let ending = lapsed_count(world, now);
        let Some(most) = at_once.most(held).filter(|most| ending > *most) else {
            return Self::default();
        };
        let mut groups = BTreeMap::new();
        for grant in lapsed(world, now) {
            *groups.entry(grant.group()).or_default() += 1;
        }
        groups.retain(|_, ended| *ended > most / SHARE);
        let rest = ending - groups.values().sum::<usize>();
        Self {
            groups,
            ending,
            all: rest > most,
        }
    }

    /// Whether the end of `grant` may be recorded.
    pub(super) fn lets(&self, grant: Lapsed<'_>) -> bool {
        !self.all && !self.groups.contains_key(&grant.group())
    }

    /// What is told while something waits.
    pub(super) fn told(&self, world: &World) -> Option<Refusal> {
        let waiting = match self.all {
            true => self.ending,
            false => self.groups.values().sum(),
        };
        if waiting == 0 {
            return None;
        }
        let most = self.groups.iter().max_by_key(|(_, ended)| **ended);
        let most = most.and_then(|(group, ended)| Some((world.group(*group)?, *ended)));
        let most = most.map_or_else(String::new, |(group, ended)| {
            format!(", {ended} of them in `{}`", group.name)
        });
        let ending = self.ending;
        Some(Refusal::rule(
            RefusalCode::TooManyRemovals,
            format!(
                "{ending} grants have ended at once{most}, which is more than time ends without a look; nobody has them any more, and the ends of {waiting} are not recorded"
            ),
            format!(
                "see that the clock is right; if it is: `portcullis expire --allow-removals {ending}`"
            ),
        ))
    }
}
