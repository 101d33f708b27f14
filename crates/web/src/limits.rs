//! How much one caller may ask for.
//!
//! Reads and decisions are not counted: they cost little, and a program that decides asks often.

use std::{hash::Hash, net::IpAddr, num::NonZeroU32, time::Duration};

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
    writes: Option<Rate<Id<User>>>,
    costly: Option<Rate<Id<User>>>,
    sign_ins: Option<Rate<(IpAddr, Step)>>,
}

/// The steps of signing in and out, each with a budget of its own, so that none uses up another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    /// A provider is asked where to go.
    Begin,
    /// A browser comes back from it.
    Finish,
    /// A link is opened or used.
    Link,
    /// A token is tried, and is none.
    Token,
    /// A provider tells that somebody has signed out.
    Logout,
}

/// Who is counted as one: an address, and of version 6 the network that one customer gets.
fn counted(from: IpAddr) -> IpAddr {
    match from {
        IpAddr::V4(_) => from,
        IpAddr::V6(from) => {
            let network = u128::from(from) & !u128::from(u64::MAX);
            IpAddr::V6(network.into())
        }
    }
}

/// How often signing in may be tried from one address in a minute.
const SIGN_INS: u32 = 60;
/// Addresses that are counted at a time; those that have been quiet are forgotten beyond.
const ADDRESSES: usize = 10_000;

impl Rates {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            writes: Rate::per_minute(limits.writes_per_minute),
            costly: Rate::per_minute(limits.costly_per_minute),
            sign_ins: Rate::per_minute(SIGN_INS),
        }
    }

    /// Counts a change.
    pub(crate) fn write(&self, user: Id<User>) -> Result<(), Failure> {
        self.writes
            .as_ref()
            .map_or(Ok(()), |rate| rate.count(&user))
    }

    /// Counts an attempt to sign in from an address.
    pub(crate) fn sign_in(&self, from: Option<IpAddr>, step: Step) -> Result<(), Failure> {
        let Some((rate, from)) = self.sign_ins.as_ref().zip(from) else {
            return Ok(());
        };
        // Other keys are users, of whom there are never more than the world holds anyway.
        if rate.0.len() > ADDRESSES {
            rate.0.retain_recent();
        }
        rate.count(&(counted(from), step))
    }

    /// Counts something that takes long.
    pub(crate) fn costly(&self, user: Id<User>) -> Result<(), Failure> {
        self.costly
            .as_ref()
            .map_or(Ok(()), |rate| rate.count(&user))
    }
}

struct Rate<K: Hash + Eq + Clone>(RateLimiter<K, HashMapStateStore<K>, DefaultClock>);

impl<K: Hash + Eq + Clone> Rate<K> {
    /// A minute's number may also be used at once.
    fn per_minute(number: u32) -> Option<Self> {
        let quota = Quota::per_minute(NonZeroU32::new(number)?);
        Some(Self(RateLimiter::hashmap(quota)))
    }

    fn count(&self, key: &K) -> Result<(), Failure> {
        self.0.check_key(key).map_err(|until| {
            let wait = until.wait_time_from(self.0.clock().now());
            Failure::TooMany {
                seconds: wait.as_secs() + 1,
            }
        })
    }
}
