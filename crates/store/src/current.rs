//! The current world, which the writer and the follower move on and everybody reads.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Instant,
};

use arc_swap::ArcSwap;
use portcullis_model::{Position, Timestamp, World};
use tokio::sync::watch;

use crate::{Store, batch::Sinks, chain::Hash, confirmed::Latest, log::Head};

/// What the writer and the follower share.
pub(crate) struct Current {
    pub(crate) store: Store,
    world: ArcSwap<World>,
    confirmed: Latest,
    reached: watch::Sender<Position>,
    /// The hash of the last entry that `world` holds: with the position it names the history, which
    /// the position alone does not, where a database was restored or a replica took over.
    last: Mutex<Hash>,
    /// When that entry was written, in microseconds.
    last_at: AtomicI64,
    /// Whether this process's own writer is at its place: what appears in the log then is its own, and it says so
    /// itself.
    writes: AtomicBool,
    pub(crate) sinks: Sinks,
}

/// While this lives, the writer is at its place.
pub(crate) struct Writing<'c>(&'c AtomicBool);

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl std::fmt::Debug for Current {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sinks = self.sinks.iter().map(|sink| sink.name());
        f.debug_struct("Current")
            .field("store", &self.store)
            .field("world", &self.world.load().position())
            .field("sinks", &sinks.collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

impl Current {
    /// With `world`, which was the whole log, ending in `last`, at `read`.
    pub(crate) fn new(
        store: Store,
        (world, last): (World, Head),
        sinks: Sinks,
        read: Instant,
    ) -> Self {
        let (reached, _) = watch::channel(world.position());
        Self {
            store,
            world: ArcSwap::from_pointee(world),
            confirmed: Latest::new(read),
            reached,
            last: Mutex::new(last.hash),
            last_at: AtomicI64::new(last.at.micros()),
            writes: AtomicBool::new(false),
            sinks,
        }
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<Position> {
        self.reached.subscribe()
    }

    pub(crate) fn world(&self) -> Arc<World> {
        self.world.load_full()
    }

    /// That the writer is at its place from now on.
    pub(crate) fn writing(&self) -> Writing<'_> {
        self.writes.store(true, Ordering::Release);
        Writing(&self.writes)
    }

    pub(crate) fn is_writing(&self) -> bool {
        self.writes.load(Ordering::Acquire)
    }

    /// The current world held all of the log at `at`.
    pub(crate) fn confirm(&self, at: Instant) {
        self.confirmed.confirm(at);
    }

    pub(crate) fn confirmed(&self) -> Instant {
        self.confirmed.get()
    }

    /// The current world and the hash of the last entry that it holds.
    pub(crate) fn known(&self) -> (Arc<World>, Hash) {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        (self.world(), *last)
    }

    /// When the last entry of the current world was written; none if nothing was.
    pub(crate) fn last_at(&self) -> Option<Timestamp> {
        let at = self.last_at.load(Ordering::Acquire);
        (at > 0).then(|| Timestamp::from_micros(at))
    }

    /// Makes `world`, which holds the log up to the entry `last`, the current one: where the
    /// current one is still the one of hash `since` that it was made from or instead of, and else
    /// unless the current one is as late.
    pub(crate) fn advance(&self, since: Hash, world: Arc<World>, last: &Head) {
        let position = world.position();
        let mut current = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if *current != since && self.world.load().position() >= position {
            return;
        }
        self.world.store(world);
        *current = last.hash;
        self.last_at.store(last.at.micros(), Ordering::Release);
        self.reached.send_replace(position);
    }
}
