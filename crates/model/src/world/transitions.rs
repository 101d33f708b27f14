//! When the next fact begins or ends by itself, and which memberships end soon, without a scan.

use super::World;
use uuid::Uuid;

use crate::{Credential, Expiry, Id, Membership, Timestamp};

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
        let credentials = self.credentials_lapsed(now).next().is_some();
        memberships
            || others
            || credentials
            || self.requests().any(|request| request.until.is_past(now))
    }

    /// The direct memberships and ownerships still on record that have ended by `now`, the
    /// earliest first.
    pub fn memberships_lapsed(&self, now: Timestamp) -> impl Iterator<Item = &Membership> {
        self.times
            .memberships
            .range(..=(Expiry::at(now), u32::MAX))
            .filter_map(|(_, slot)| self.membership(*slot))
    }

    /// Credentials that have ended by `now` and are still on record, the earliest end first.
    pub fn credentials_lapsed(&self, now: Timestamp) -> impl Iterator<Item = &Credential> {
        self.credential_ends
            .range(..=(Expiry::at(now), Uuid::max()))
            .filter_map(|((_, id), ())| self.credential(Id::new(*id)))
    }

    /// The tokens that hold at `now` and end in `(now, by]`, soonest first.
    pub fn tokens_ending(
        &self,
        now: Timestamp,
        by: Timestamp,
    ) -> impl Iterator<Item = &Credential> {
        let by = Expiry::at(by);
        let all = self.tokens(now);
        all.take_while(move |it| it.validity.until <= by)
    }

    /// The tokens that hold at `now`, those that end soonest first.
    pub fn tokens(&self, now: Timestamp) -> impl Iterator<Item = &Credential> {
        self.token_ends
            .range((Expiry::at(now.next()), Uuid::nil())..)
            .filter_map(|((_, id), ())| self.credential(Id::new(*id)))
            .filter(move |it| it.validity.contains(now))
    }

    /// How many tokens are on record.
    #[must_use]
    pub fn token_count(&self) -> usize {
        self.token_ends.len()
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
