//! When this process last saw that it knows the whole log: what it answers is only as true as that.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// When the current world was last seen to be that of the log's head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmed {
    /// Nobody else can write, so it always is.
    Always,
    /// Others may write; by the clock that never jumps.
    At(Instant),
}

impl Confirmed {
    /// How long ago that was, where it is longer than `bound`: others may have taken away since what
    /// this process would still grant.
    #[must_use]
    pub fn older_than(self, bound: Duration, now: Instant) -> Option<Duration> {
        match self {
            Self::Always => None,
            Self::At(at) => Some(now.saturating_duration_since(at)).filter(|age| *age > bound),
        }
    }
}

/// The latest such instant, told by the follower and the writer and read by everybody.
#[derive(Debug)]
pub(crate) struct Latest {
    started: Instant,
    micros: AtomicU64,
}

impl Latest {
    /// Confirmed at `now`.
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            started: now,
            micros: AtomicU64::new(0),
        }
    }

    /// The world held all of the log at `at`.
    pub(crate) fn confirm(&self, at: Instant) {
        let micros = at.saturating_duration_since(self.started).as_micros();
        let micros = u64::try_from(micros).unwrap_or(u64::MAX);
        self.micros.fetch_max(micros, Ordering::Release);
    }

    pub(crate) fn get(&self) -> Instant {
        self.started + Duration::from_micros(self.micros.load(Ordering::Acquire))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_confirmed_for_longer_than_the_bound_is_too_old() {
        let at = Instant::now();
        let second = Duration::from_secs(1);
        let bound = 15 * second;
        for (passed, too_old) in [(0, None), (15, None), (16, Some(16)), (900, Some(900))] {
            let age = Confirmed::At(at).older_than(bound, at + passed * second);
            assert_eq!(age, too_old.map(|age| age * second), "{passed} s");
            assert_eq!(
                Confirmed::Always.older_than(bound, at + passed * second),
                None
            );
        }
        // What another thread confirmed a moment later than the question is fresh.
        assert_eq!(Confirmed::At(at + second).older_than(bound, at), None);
    }

    #[test]
    fn an_older_confirmation_does_not_take_back_a_later_one() {
        let start = Instant::now();
        let latest = Latest::new(start);
        latest.confirm(start + Duration::from_secs(9));
        latest.confirm(start + Duration::from_secs(4));
        assert_eq!(latest.get(), start + Duration::from_secs(9));
    }
}
