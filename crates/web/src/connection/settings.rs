//! How many connections there may be, how long each may take, and where one is.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// How many connections there may be at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connections {
    /// All together; a few more get an answer to the health check.
    pub most: usize,
    /// From one address.
    pub per_address: usize,
    /// How long each may take.
    pub deadlines: Deadlines,
}

/// How long a connection may take for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// From a request's first byte to the end of its headers, and from connecting to the first request.
    pub head: Duration,
    /// From the end of the headers to the end of the body.
    pub body: Duration,
    /// Between requests.
    pub idle: Duration,
    /// For the next 16 KiB of an answer to be taken.
    pub stalled: Duration,
}

impl Connections {
    /// A number for all together; no address may hold more than three quarters of it.
    #[must_use]
    pub fn at_most(most: usize) -> Self {
        Self {
            most,
            per_address: (most * 3 / 4).max(1),
            deadlines: Deadlines::default(),
        }
    }
}

impl Default for Connections {
    fn default() -> Self {
        Self::at_most(10_000)
    }
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            body: Duration::from_secs(30),
            idle: Duration::from_secs(75),
            stalled: Duration::from_secs(30),
        }
    }
}

/// Where a connection is, told by who answers to who reads and writes.
#[derive(Debug, Default)]
pub(super) struct Phase {
    /// Odd while a request is answered.
    turn: AtomicU64,
}

impl Phase {
    pub(super) fn turn(&self) -> u64 {
        self.turn.load(Ordering::Acquire)
    }

    pub(super) fn next(&self) {
        self.turn.fetch_add(1, Ordering::AcqRel);
    }
}
