//! How much one caller may ask for.
//!
//! Reads and decisions are not counted: they cost little, and a program that decides asks often.

use std::{num::NonZeroU32, time::Duration};

use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
    state::keyed::HashMapStateStore,
};
use portcullis_model::{Id, User};

use crate::{Connections, error::Failure};

/// How much may be asked for at once and over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many connections there may be.
    pub connections: Connections,
    /// How many changes one user may send in a minute, by API and pages; 0 for any number.
    pub writes_per_minute: u32,
    /// How often one user may ask in a minute for what takes long; 0 for any number.
    pub costly_per_minute: u32,
    /// How long answers are given without having seen that the log says no more.
    pub stale_after: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: Connections::default(),
            writes_per_minute: 300,
            costly_per_minute: 120,
            // A look each second, and room for a world of a million facts to be read anew.
            stale_after: Duration::from_secs(15),
        }
    }
}

/// Counts what each user asks for.
pub(crate) struct Rates {
    writes: Option<Rate>,
    costly: Option<Rate>,
}

impl Rates {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            writes: Rate::per_minute(limits.writes_per_minute),
            costly: Rate::per_minute(limits.costly_per_minute),
        }
    }

    /// Counts a change.
    pub(crate) fn write(&self, user: Id<User>) -> Result<(), Failure> {
        self.writes.as_ref().map_or(Ok(()), |rate| rate.count(user))
    }

    /// Counts something that takes long.
    pub(crate) fn costly(&self, user: Id<User>) -> Result<(), Failure> {
        self.costly.as_ref().map_or(Ok(()), |rate| rate.count(user))
    }
}

struct Rate(RateLimiter<Id<User>, HashMapStateStore<Id<User>>, DefaultClock>);

impl Rate {
    /// A minute's number may also be used at once.
    fn per_minute(number: u32) -> Option<Self> {
        let quota = Quota::per_minute(NonZeroU32::new(number)?);
        Some(Self(RateLimiter::hashmap(quota)))
    }

    fn count(&self, user: Id<User>) -> Result<(), Failure> {
        // Keys are users, so there are never more of them than the world holds anyway.
        self.0.check_key(&user).map_err(|until| {
            let wait = until.wait_time_from(self.0.clock().now());
            Failure::TooMany {
                seconds: wait.as_secs() + 1,
            }
        })
    }
}
