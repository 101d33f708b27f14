//! A clock that stands still until the test moves it.

use std::sync::{Arc, Mutex, PoisonError};

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
pub struct ManualClock(Arc<Mutex<Timestamp>>);

impl ManualClock {
    /// A clock that shows `now`.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(now)))
    }

    /// What the clock shows.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves the clock; a negative duration moves it back. Returns the new time.
    pub fn advance(&self, by: SignedDuration) -> Timestamp {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now = now.checked_add(by).expect("a time of this calendar");
        *now
    }

    /// Sets the clock to `now`, forwards or backwards.
    pub fn set(&self, now: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
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
