//! Who is connected: not more than the limit, nor all from one address.

use std::{
    collections::{HashMap, VecDeque, hash_map::Entry},
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
};

use tokio::task::JoinHandle;

use super::settings::Connections;

/// Connections beyond the limit, for the health check.
const RESERVE: usize = 16;

pub(super) struct Crowd {
    limits: Connections,
    counts: Arc<Mutex<Counts>>,
    brief: Mutex<VecDeque<JoinHandle<()>>>,
}

#[derive(Default)]
struct Counts {
    all: usize,
    from: HashMap<IpAddr, usize>,
}

/// A connection's place in the crowd, until it is dropped.
pub(super) struct Place {
    from: IpAddr,
    counts: Arc<Mutex<Counts>>,
}

impl Crowd {
    pub(super) fn new(limits: Connections) -> Self {
        Self {
            limits,
            counts: Arc::default(),
            brief: Mutex::default(),
        }
    }

    /// A place for a connection from there, if there is one.
    pub(super) fn admit(&self, address: IpAddr) -> Option<Place> {
        let from = one_caller(address);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let held = counts.from.get(&from).copied().unwrap_or_default();
        if counts.all >= self.limits.most || held >= self.limits.per_address {
            return None;
        }
        counts.all += 1;
        counts.from.insert(from, held + 1);
        drop(counts);
        Some(Place {
            from,
            counts: Arc::clone(&self.counts),
        })
    }

    /// Takes in a connection beyond the limit: the oldest of them goes where there are too many, so
    /// that a health check, which takes no time, gets through even so.
    pub(super) fn reserve(&self, connection: JoinHandle<()>) {
        let mut brief = self.brief.lock().unwrap_or_else(PoisonError::into_inner);
        brief.retain(|connection| !connection.is_finished());
        if brief.len() >= RESERVE
            && let Some(oldest) = brief.pop_front()
        {
            oldest.abort();
        }
        brief.push_back(connection);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.all -= 1;
        if let Entry::Occupied(mut held) = counts.from.entry(self.from) {
            *held.get_mut() -= 1;
            if *held.get() == 0 {
                held.remove();
            }
        }
    }
}

/// Whoever has one address of version 6 has the 2^64 beside it.
fn one_caller(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_does_not_hold_all_places() {
        let crowd = Crowd::new(Connections {
            per_address: 2,
            ..Connections::at_most(3)
        });
        let admit = |text: &str| crowd.admit(text.parse().unwrap());
        let first = admit("2001:db8::1");
        let second = admit("2001:db8::2");
        assert!(first.is_some() && second.is_some());
        assert!(admit("2001:db8::3").is_none(), "the same network");
        let other = admit("192.0.2.1");
        assert!(other.is_some());
        assert!(admit("192.0.2.2").is_none(), "all are taken");
        drop(first);
        assert!(admit("::ffff:192.0.2.1").is_some(), "a place is free again");
    }
}
