//! Ids that look like the real ones and are the same in every run.

use std::sync::atomic::{AtomicU64, Ordering};

use uuid::Uuid;

/// Makes version 7 UUIDs from a seed and a counter: unique, ascending, and the same in every run.
///
/// Two makers with different seeds never make the same id.
///
/// ```
/// use portcullis_testkit::SeededIds;
///
/// let ids = SeededIds::new(1);
/// let (first, second) = (ids.next(), ids.next());
/// assert!(first < second);
/// assert_eq!(first, SeededIds::new(1).next());
/// ```
#[derive(Debug)]
pub struct SeededIds {
    seed: u32,
    made: AtomicU64,
}

impl SeededIds {
    /// A maker whose ids depend on `seed` only.
    #[must_use]
    pub const fn new(seed: u32) -> Self {
        Self {
            seed,
            made: AtomicU64::new(0),
        }
    }

    /// The next id: its time is the counter in milliseconds after 1 January 2026, its random part is the seed.
    #[must_use]
    pub fn next(&self) -> Uuid {
        const NEW_YEAR_2026_MS: u64 = 1_767_225_600_000;
        let count = self.made.fetch_add(1, Ordering::Relaxed);
        let mut random = [0_u8; 10];
        random[6..].copy_from_slice(&self.seed.to_be_bytes());
        uuid::Builder::from_unix_timestamp_millis(NEW_YEAR_2026_MS + count, &random).into_uuid()
    }
}

impl Default for SeededIds {
    fn default() -> Self {
        Self::new(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_version_7_ascending_and_repeatable() {
        let make = |seed| {
            let ids = SeededIds::new(seed);
            (0..1000).map(|_| ids.next()).collect::<Vec<_>>()
        };
        let ids = make(7);
        assert_eq!(ids, make(7));
        assert!(ids.is_sorted());
        assert!(ids.iter().all(|id| id.get_version_num() == 7));
        assert!(make(8).iter().all(|id| !ids.contains(id)));
    }
}
