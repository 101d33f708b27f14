//! A clock that stands still until the test moves it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// A clock set by hand; clones share the time.
///
/// ```
/// use jiff::SignedDuration;
/// use portcullis_testkit::ManualClock;
///
/// let clock = ManualClock::default();
/// let shared = clock.clone();
/// clock.advance(SignedDuration::from_hours(1));
/// assert_eq!(shared.now(), "2026-03-02T10:00:00Z".parse().unwrap());
/// ```
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<Mutex<Shown>>);

/// What a clock shows, and how far it was moved without time passing.
#[derive(Debug)]
struct Shown {
    now: Timestamp,
    jumped: SignedDuration,
}

impl ManualClock {
    /// A clock that shows `now`.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        let jumped = SignedDuration::ZERO;
        Self(Arc::new(Mutex::new(Shown { now, jumped })))
    }

    /// What the clock shows.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.shown().now
    }

    /// Microseconds by the time that has passed, whatever the clock was set to.
    #[must_use]
    pub fn elapsed(&self) -> i64 {
        let shown = self.shown();
        shown.now.as_microsecond() - i64::try_from(shown.jumped.as_micros()).expect("a time")
    }

    /// Lets time pass; a negative duration moves it back. Returns the new time.
    pub fn advance(&self, by: SignedDuration) -> Timestamp {
        let mut shown = self.shown();
        shown.now = shown.now.checked_add(by).expect("a time of this calendar");
        shown.now
    }

    /// Sets the clock wrong, or right again, without time passing.
    pub fn jump(&self, by: SignedDuration) {
        let mut shown = self.shown();
        shown.now = shown.now.checked_add(by).expect("a time of this calendar");
        shown.jumped += by;
    }

    /// Lets time pass, forwards or backwards, until it is `now`.
    pub fn set(&self, now: Timestamp) {
        self.shown().now = now;
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for ManualClock {
    /// Monday 2 March 2026, 09:00 UTC: a working day with nothing special about it.
    fn default() -> Self {
        Self::at(Timestamp::constant(1_772_442_000, 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stands_still_until_moved() {
        let clock = ManualClock::default();
        let start = clock.now();
        assert_eq!(start, clock.now());
        assert_eq!(
            clock.advance(SignedDuration::from_secs(-90)).as_second(),
            start.as_second() - 90
        );
        clock.set(start);
        assert_eq!(clock.now(), start);
    }

    #[test]
    fn starts_on_a_monday_morning() {
        assert_eq!(
            ManualClock::default().now().to_string(),
            "2026-03-02T09:00:00Z"
        );
    }
}
