//! The instants at which facts begin and end, kept in order.

use imbl::{OrdMap, OrdSet};

use crate::{Expiry, Timestamp, Validity};

/// The instants at which facts begin and end.
#[derive(Clone, Debug, Default)]
pub(super) struct Times {
    /// Memberships that end by themselves, by end and slot.
    pub(super) memberships: OrdSet<(Expiry, u32)>,
    /// How many inclusions and entitlements end at an instant.
    pub(super) others: OrdMap<Expiry, u32>,
    /// How many facts of any sort begin at an instant.
    pub(super) starts: OrdMap<Timestamp, u32>,
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
