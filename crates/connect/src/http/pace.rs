//! How often an origin is asked, by all who ask it together, and whether it wants to be left alone.

use std::{collections::BTreeMap, time::Duration};

use portcullis_app::deliver::Budget;
use portcullis_model::Timestamp;

/// The longest that one answer keeps others from an origin: it may have been meant for its caller only.
const LONGEST: Duration = Duration::from_secs(60);

/// The budgets of all origins. Times are counted from any moment on.
#[derive(Debug, Default)]
pub(super) struct Paces(BTreeMap<String, Pace>);

#[derive(Debug, Default)]
struct Pace {
    budget: Option<(u32, Budget)>,
    quiet_until: Option<Timestamp>,
}

impl Paces {
    /// Takes one call to `origin`, of which there may be `most` in a minute; else how long to wait.
    pub(super) fn take(
        &mut self,
        origin: &str,
        most: Option<u32>,
        now: Timestamp,
    ) -> Result<(), Duration> {
        if most.is_none() && !self.0.contains_key(origin) {
            return Ok(());
        }
        let pace = self.0.entry(origin.to_owned()).or_default();
        if let Some(until) = pace.quiet_until.filter(|until| *until > now) {
            return Err(between(now, until));
        }
        pace.quiet_until = None;
        let Some(most) = most else { return Ok(()) };
        let (known, budget) = pace
            .budget
            .get_or_insert_with(|| (most, Budget::new(most, now)));
        if most < *known {
            // Who asks for less is heard.
            (*known, *budget) = (most, Budget::new(most, now));
        }
        if budget.available(now) == 0 {
            return Err(between(now, budget.next()));
        }
        budget.take(1);
        Ok(())
    }

    /// Leaves `origin` alone for a while.
    pub(super) fn leave_alone(&mut self, origin: &str, time: Duration, now: Timestamp) {
        let time = i64::try_from(time.min(LONGEST).as_micros()).unwrap_or_default();
        let until = Timestamp::from_micros(now.micros() + time);
        let pace = self.0.entry(origin.to_owned()).or_default();
        pace.quiet_until = pace.quiet_until.max(Some(until));
    }
}

fn between(now: Timestamp, then: Timestamp) -> Duration {
    let micros = then.micros().saturating_sub(now.micros());
    Duration::from_micros(u64::try_from(micros).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(5);

    #[test]
    fn all_who_ask_an_origin_share_its_budget() {
        let mut paces = Paces::default();
        for _ in 0..6 {
            assert_eq!(paces.take("a", Some(6), NOW), Ok(()));
        }
        let wait = paces.take("a", Some(6), NOW).unwrap_err().as_secs_f64();
        assert!((9.0..11.0).contains(&wait), "{wait:?}");
        assert_eq!(paces.take("b", Some(6), NOW), Ok(()));
        assert_eq!(paces.take("c", None, NOW), Ok(()));
        let later = NOW.plus_seconds(11);
        assert_eq!(paces.take("a", Some(6), later), Ok(()));
        assert!(paces.take("a", Some(6), later).is_err());
    }

    #[test]
    fn who_wants_to_be_left_alone_is_and_not_for_ever() {
        let mut paces = Paces::default();
        paces.leave_alone("a", Duration::from_secs(3600), NOW);
        assert_eq!(paces.take("a", None, NOW), Err(LONGEST));
        assert_eq!(paces.take("b", None, NOW), Ok(()));
        assert_eq!(paces.take("a", None, NOW.plus_seconds(60)), Ok(()));
    }
}
