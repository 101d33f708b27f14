//! A set of slot numbers, small for nearly everybody and cheap to copy where it is not.
//!
//! A group of fifty thousand must not be copied because one of them leaves: above a few hundred,
//! slots live in a tree that versions of the world share.

use imbl::OrdSet;

/// A vector of this many is copied faster than a tree is descended.
const SMALL: usize = 256;

#[derive(Clone, Debug)]
pub(super) enum Slots {
    Few(Vec<u32>),
    Many(OrdSet<u32>),
}

impl Default for Slots {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl Slots {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Few(slots) => slots.len(),
            Self::Many(slots) => slots.len(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn insert(&mut self, slot: u32) {
        match self {
            Self::Few(slots) if slots.len() < SMALL => slots.push(slot),
            Self::Few(slots) => {
                let mut many: OrdSet<u32> = slots.iter().copied().collect();
                many.insert(slot);
                *self = Self::Many(many);
            }
            Self::Many(slots) => {
                slots.insert(slot);
            }
        }
    }

    pub(super) fn remove(&mut self, slot: u32) {
        match self {
            Self::Few(slots) => slots.retain(|s| *s != slot),
            Self::Many(slots) => {
                slots.remove(&slot);
                // Well below the limit, so that one who comes and goes does not convert it each time.
                if slots.len() < SMALL / 2 {
                    *self = Self::Few(slots.iter().copied().collect());
                }
            }
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        let (few, many) = match self {
            Self::Few(slots) => (Some(slots.iter()), None),
            Self::Many(slots) => (None, Some(slots.iter())),
        };
        few.into_iter()
            .flatten()
            .chain(many.into_iter().flatten())
            .copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_stay_a_set_while_they_grow_and_shrink() {
        let mut slots = Slots::default();
        for slot in 0..600 {
            slots.insert(slot);
        }
        assert!(matches!(slots, Slots::Many(_)));
        let before = slots.clone();
        for slot in 0..500 {
            slots.remove(slot);
        }
        assert!(matches!(slots, Slots::Few(_)));
        assert_eq!(
            slots.iter().collect::<Vec<_>>(),
            (500..600).collect::<Vec<_>>()
        );
        assert_eq!((before.len(), slots.len()), (600, 100));
        for slot in 500..600 {
            slots.remove(slot);
        }
        assert!(slots.is_empty());
    }
}
