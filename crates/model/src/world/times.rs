//! When the next fact begins or ends by itself, and which memberships end soon, without a scan.

use imbl::{OrdMap, OrdSet};

use super::World;
use crate::{Expiry, Membership, Timestamp, Validity};

/// The instants at which facts begin and end.
#[derive(Clone, Debug, Default)]
pub(super) struct Times {
    /// Memberships that end by themselves, by end and slot.
    memberships: OrdSet<(Expiry, u32)>,
    /// How many inclusions and entitlements end at an instant.
    others: OrdMap<Expiry, u32>,
    /// How many facts of any sort begin at an instant.
    starts: OrdMap<Timestamp, u32>,
}

impl Times {
    pub(super) fn add_membership(&mut self, slot: u32, validity: Validity) {
        if validity.until != Expiry::NEVER {
            self.memberships.insert((validity.until, slot));
        }
        add(&mut self.starts, validity.from);
    }

    pub(super) fn remove_membership(&mut self, slot: u32, validity: Validity) {
        self.memberships.remove(&(validity.until, slot));
        remove(&mut self.starts, validity.from);
    }

    pub(super) fn add(&mut self, validity: Validity) {
        if validity.until != Expiry::NEVER {
            add(&mut self.others, validity.until);
        }
        add(&mut self.starts, validity.from);
    }

    pub(super) fn remove(&mut self, validity: Validity) {
        remove(&mut self.others, validity.until);
        remove(&mut self.starts, validity.from);
    }
}

fn add<K: Ord + Copy>(counts: &mut OrdMap<K, u32>, at: K) {
    match counts.get_mut(&at) {
        Some(count) => *count += 1,
        None => {
            counts.insert(at, 1);
        }
    }
}

fn remove<K: Ord + Copy>(counts: &mut OrdMap<K, u32>, at: K) {
    match counts.get_mut(&at) {
        Some(count) if *count > 1 => *count -= 1,
        _ => {
            counts.remove(&at);
        }
    }
}

impl World {
    /// The next instant after `now` at which something ends or begins by itself, if any.
    #[must_use]
    pub fn next_transition(&self, now: Timestamp) -> Option<Timestamp> {
        let past = now.next();
        let times = &self.times;
        let memberships = times.memberships.range((Expiry::at(past), 0)..).next();
        let others = times.others.range(Expiry::at(past)..).next();
        let starts = times.starts.range(past..).next();
        let all = [
            memberships.and_then(|(ends, _)| ends.instant()),
            others.and_then(|(ends, _)| ends.instant()),
            starts.map(|(at, _)| *at),
        ];
        all.into_iter().flatten().min()
    }

    /// The next instant after `now` at which something begins by itself, if any.
    #[must_use]
    pub fn next_start(&self, now: Timestamp) -> Option<Timestamp> {
        let mut starts = self.times.starts.range(now.next()..);
        starts.next().map(|(at, _)| *at)
    }

    /// Whether anything is still on record as current that has ended by `now`.
    #[must_use]
    pub fn lapsed(&self, now: Timestamp) -> bool {
        let times = &self.times;
        let memberships = times
            .memberships
            .get_min()
            .is_some_and(|(ends, _)| ends.is_past(now));
        let others = times
            .others
            .get_min()
            .is_some_and(|(ends, _)| ends.is_past(now));
        memberships || others || self.requests().any(|request| request.until.is_past(now))
    }

    /// The direct memberships and ownerships still on record that have ended by `now`, the
    /// earliest first.
    pub fn memberships_lapsed(&self, now: Timestamp) -> impl Iterator<Item = &Membership> {
        self.times
            .memberships
            .range(..=(Expiry::at(now), u32::MAX))
            .filter_map(|(_, slot)| self.membership(*slot))
    }

    /// The direct memberships and ownerships that hold at `now` and end in `(now, by]`, soonest
    /// first; over everything, without looking at those that end later or never.
    pub fn memberships_ending(
        &self,
        now: Timestamp,
        by: Timestamp,
    ) -> impl Iterator<Item = &Membership> {
        self.times
            .memberships
            .range((Expiry::at(now.next()), 0)..=(Expiry::at(by), u32::MAX))
            .filter_map(|(_, slot)| self.membership(*slot))
            .filter(move |membership| membership.validity.contains(now))
    }
}
