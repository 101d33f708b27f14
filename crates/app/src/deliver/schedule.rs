//! When, and how often: waits that grow, with chance in them so that what failed together does not
//! come back together, and a budget for sinks that take only so much.

use std::time::Duration;

use portcullis_model::Timestamp;
use portcullis_store::Settlement;

use super::Answer;

/// When failed deliveries are tried again, and when no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The wait after the first failure; it doubles with each further one.
    pub first: Duration,
    /// The longest wait, also of those the other side asks for.
    pub longest: Duration,
    /// How many attempts there are in all.
    pub attempts: u32,
}

impl Default for Schedule {
    /// From a second to an hour, given up after a good day.
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            longest: Duration::from_secs(3600),
            attempts: 36,
        }
    }
}

impl Schedule {
    /// Whether a lease was taken so often that it is given up without asking the sink: each attempt
    /// so far ended without a word, such as in a crash.
    #[must_use]
    pub const fn is_spent(&self, attempt: u32) -> bool {
        attempt > self.attempts
    }

    /// What `answer`, to attempt number `attempt`, leads to. `random` is any number.
    #[must_use]
    pub fn settle(&self, attempt: u32, answer: Answer, now: Timestamp, random: u64) -> Settlement {
        match answer {
            Answer::Done { receipt } => Settlement::Done { receipt },
            Answer::Failed { why } => Settlement::Dead { why },
            Answer::Retry { why, .. } if attempt >= self.attempts => Settlement::Dead {
                why: format!("given up after {attempt} attempts: {why}"),
            },
            Answer::Retry { why, after } => {
                let wait = self.backoff(attempt, random);
                let wait = after.map_or(wait, |after| after.max(wait).min(self.longest));
                let wait = i64::try_from(wait.as_micros()).unwrap_or(i64::MAX);
                let at = Timestamp::from_micros(now.micros().saturating_add(wait));
                Settlement::Again { at, why }
            }
        }
    }

    /// How long to wait after failure number `attempt`: between half and all of a time that doubles.
    #[must_use]
    pub fn backoff(&self, attempt: u32, random: u64) -> Duration {
        let doubled = 1_u32.checked_shl(attempt.saturating_sub(1));
        let whole = doubled.and_then(|times| self.first.checked_mul(times));
        let whole = whole.map_or(self.longest, |whole| whole.min(self.longest));
        let half = whole / 2;
        let micros = u64::try_from(half.as_micros()).unwrap_or(u64::MAX);
        half + Duration::from_micros(random % micros.saturating_add(1))
    }
}

/// How much of a sink's rate is left: fills evenly up to a minute's worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Budget {
    /// In millionths of a delivery.
    left: u64,
    full_at: u64,
    looked: Timestamp,
}

impl Budget {
    /// A full budget of `most` deliveries a minute.
    #[must_use]
    pub const fn new(most: u32, now: Timestamp) -> Self {
        let full_at = most as u64 * 1_000_000;
        Self {
            left: full_at,
            full_at,
            looked: now,
        }
    }

    /// How many deliveries there may be at `now`.
    #[must_use]
    pub fn available(&mut self, now: Timestamp) -> u32 {
        let passed = now.micros().saturating_sub(self.looked.micros());
        let passed = u64::try_from(passed).unwrap_or_default();
        // A minute's worth comes in 60 million microseconds.
        let gained = passed.saturating_mul(self.full_at / 1_000_000) / 60;
        if gained > 0 {
            self.left = self.left.saturating_add(gained).min(self.full_at);
            self.looked = now;
        }
        u32::try_from(self.left / 1_000_000).unwrap_or(u32::MAX)
    }

    /// Takes `count` deliveries from it.
    pub fn take(&mut self, count: usize) {
        self.left = self.left.saturating_sub(count as u64 * 1_000_000);
    }

    /// When the next delivery may be: the last look, while there is something left.
    #[must_use]
    pub fn next(&self) -> Timestamp {
        if self.left >= 1_000_000 {
            return self.looked;
        }
        let missing = 1_000_000_u64.saturating_sub(self.left);
        let wait = missing * 60 / (self.full_at / 1_000_000).max(1) + 1;
        Timestamp::from_micros(self.looked.micros() + i64::try_from(wait).unwrap_or(i64::MAX / 2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_000_000_000);
    const SCHEDULE: Schedule = Schedule {
        first: Duration::from_secs(2),
        longest: Duration::from_secs(60),
        attempts: 5,
    };

    fn retry(after: Option<u64>) -> Answer {
        Answer::Retry {
            why: "busy".into(),
            after: after.map(Duration::from_secs),
        }
    }

    fn wait(settlement: &Settlement) -> i64 {
        match settlement {
            Settlement::Again { at, .. } => at.micros() - NOW.micros(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn waits_double_up_to_the_longest_and_chance_takes_up_to_half() {
        let seconds = |attempt, random| SCHEDULE.backoff(attempt, random).as_secs_f64();
        assert_eq!(
            [1, 2, 3, 5, 6, 40, u32::MAX].map(|n| seconds(n, 0)),
            [1.0, 2.0, 4.0, 16.0, 30.0, 30.0, 30.0]
        );
        assert_eq!(seconds(1, 1_000_000), 2.0);
        for random in [1, 17, 999_999_999, u64::MAX] {
            assert!((8.0..=16.0).contains(&seconds(4, random)));
        }
    }

    #[test]
    fn answers_become_receipts_waits_and_dead_letters() {
        let settle = |attempt, answer| SCHEDULE.settle(attempt, answer, NOW, 0);
        let done = settle(
            5,
            Answer::Done {
                receipt: "201".into(),
            },
        );
        assert_eq!(
            done,
            Settlement::Done {
                receipt: "201".into()
            }
        );
        let failed = settle(1, Answer::Failed { why: "gone".into() });
        assert_eq!(failed, Settlement::Dead { why: "gone".into() });
        assert_eq!(wait(&settle(1, retry(None))), 1_000_000);
        // What the other side asks for is kept, unless we would wait longer or it asks too much.
        assert_eq!(wait(&settle(1, retry(Some(20)))), 20_000_000);
        assert_eq!(wait(&settle(4, retry(Some(2)))), 8_000_000);
        assert_eq!(wait(&settle(1, retry(Some(86_400)))), 60_000_000);
        assert!(matches!(settle(4, retry(None)), Settlement::Again { .. }));
        let given_up = Settlement::Dead {
            why: "given up after 5 attempts: busy".into(),
        };
        assert_eq!(settle(5, retry(Some(1))), given_up);
        assert!(!SCHEDULE.is_spent(5) && SCHEDULE.is_spent(6));
    }

    #[test]
    fn the_default_gives_up_after_a_day_at_the_earliest() {
        let schedule = Schedule::default();
        let least: Duration = (1..schedule.attempts).map(|n| schedule.backoff(n, 0)).sum();
        assert!(least > Duration::from_secs(43_200), "{least:?}");
    }

    #[test]
    fn a_budget_is_spent_and_fills_again() {
        let later = |seconds: i64| NOW.plus_seconds(seconds);
        let mut budget = Budget::new(6, NOW);
        assert_eq!(budget.available(NOW), 6);
        budget.take(6);
        assert_eq!(budget.available(later(9)), 0);
        assert!(
            budget.next() >= later(10) && budget.next() < later(11),
            "{:?}",
            budget.next()
        );
        assert_eq!(budget.available(later(11)), 1);
        assert_eq!(budget.available(later(3600)), 6);
    }
}
