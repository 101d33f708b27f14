//! How often an origin is asked, by all who ask it together, and which addresses there want to be left alone: what
//! one of them answers binds nobody who asks another.

use std::{collections::BTreeMap, time::Duration};

use portcullis_app::deliver::Budget;
use portcullis_model::Timestamp;

use super::Url;

/// The longest that one answer keeps others from an address: it may have been meant for its caller only.
const LONGEST: Duration = Duration::from_secs(60);

/// The budgets of origins, and the addresses that are left alone. Times are counted from any moment on.
#[derive(Debug, Default)]
pub(super) struct Paces {
    budgets: BTreeMap<String, (u32, Budget)>,
    quiet: BTreeMap<String, Timestamp>,
}

/// What is left alone by what `url` answers: it without what is only asked there.
pub(super) fn address(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

impl Paces {
    /// Takes one call to `address` at `origin`, of which there may be `most` in a minute; else how long to wait.
    pub(super) fn take(
        &mut self,
        (origin, address): (&str, &str),
        most: Option<u32>,
        now: Timestamp,
    ) -> Result<(), Duration> {
        if let Some(until) = self.quiet.get(address).filter(|until| **until > now) {
            return Err(between(now, *until));
        }
        let Some(most) = most else { return Ok(()) };
        let (known, budget) = self
            .budgets
            .entry(origin.to_owned())
            .or_insert_with(|| (most, Budget::new(most, now)));
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

    /// Leaves `address` alone for a while.
    pub(super) fn leave_alone(&mut self, address: &str, time: Duration, now: Timestamp) {
        let time = i64::try_from(time.min(LONGEST).as_micros()).unwrap_or_default();
        let until = Timestamp::from_micros(now.micros() + time);
        self.quiet.retain(|_, until| *until > now);
        let quiet = self.quiet.entry(address.to_owned()).or_insert(until);
        *quiet = until.max(*quiet);
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
            assert_eq!(paces.take(("a", "a"), Some(6), NOW), Ok(()));
        }
        let wait = paces
            .take(("a", "a"), Some(6), NOW)
            .unwrap_err()
            .as_secs_f64();
        assert!((9.0..11.0).contains(&wait), "{wait:?}");
        assert_eq!(paces.take(("b", "b"), Some(6), NOW), Ok(()));
        assert_eq!(paces.take(("c", "c"), None, NOW), Ok(()));
        let later = NOW.plus_seconds(11);
        assert_eq!(paces.take(("a", "a"), Some(6), later), Ok(()));
        assert!(paces.take(("a", "a"), Some(6), later).is_err());
    }

    #[test]
    fn who_wants_to_be_left_alone_is_and_not_for_ever() {
        let mut paces = Paces::default();
        let url = |path: &str| address(&format!("https://a.example{path}").parse().unwrap());
        paces.leave_alone(&url("/hook?of=me"), Duration::from_secs(3600), NOW);
        let asked = |paces: &mut Paces, path: &str, now| {
            paces.take(("https://a.example", &url(path)), None, now)
        };
        assert_eq!(asked(&mut paces, "/hook", NOW), Err(LONGEST));
        assert_eq!(asked(&mut paces, "/hook?of=you#x", NOW), Err(LONGEST));
        assert_eq!(asked(&mut paces, "/other", NOW), Ok(()));
        assert_eq!(asked(&mut paces, "/hook", NOW.plus_seconds(60)), Ok(()));
    }
}
