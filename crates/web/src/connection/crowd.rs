//! Who is connected: not more than the limit, nor all from one address.

use std::{
    collections::VecDeque,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
};

use portcullis_app::places::{Place, Places};
use tokio::task::JoinHandle;

use super::settings::Connections;

/// Connections beyond the limit, for the health check.
const RESERVE: usize = 16;

pub(super) struct Crowd {
    places: Places<IpAddr>,
    brief: Mutex<VecDeque<JoinHandle<()>>>,
}

impl Crowd {
    pub(super) fn new(limits: Connections) -> Self {
        Self {
            places: Places::new(limits.most, limits.per_address),
            brief: Mutex::default(),
        }
    }

    /// A place for a connection from there, if there is one.
    pub(super) fn admit(&self, address: IpAddr) -> Option<Place<IpAddr>> {
        self.places.take(one_caller(address))
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
