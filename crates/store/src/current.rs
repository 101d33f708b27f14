//! The current world, which the writer and the follower move on and everybody reads.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use arc_swap::ArcSwap;
use portcullis_model::{Position, World};
use tokio::sync::watch;

use crate::{Store, batch::Sinks, confirmed::Latest};

/// What the writer and the follower share.
pub(crate) struct Current {
    pub(crate) store: Store,
    world: ArcSwap<World>,
    confirmed: Latest,
    reached: watch::Sender<Position>,
    advancing: Mutex<()>,
    pub(crate) sinks: Sinks,
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
    /// With `world`, which was the whole log at `read`.
    pub(crate) fn new(store: Store, world: World, sinks: Sinks, read: Instant) -> Self {
        let (reached, _) = watch::channel(world.position());
        Self {
            store,
            world: ArcSwap::from_pointee(world),
            confirmed: Latest::new(read),
            reached,
            advancing: Mutex::new(()),
            sinks,
        }
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<Position> {
        self.reached.subscribe()
    }

    pub(crate) fn world(&self) -> Arc<World> {
        self.world.load_full()
    }

    /// The current world held all of the log at `at`.
    pub(crate) fn confirm(&self, at: Instant) {
        self.confirmed.confirm(at);
    }

    pub(crate) fn confirmed(&self) -> Instant {
        self.confirmed.get()
    }

    /// Makes `world` the current one, unless a later one already is.
    pub(crate) fn advance(&self, world: Arc<World>) {
        let position = world.position();
        let one_at_a_time = self.advancing.lock();
        let one_at_a_time = one_at_a_time.unwrap_or_else(PoisonError::into_inner);
        if self.world.load().position() >= position {
            return;
        }
        self.world.store(world);
        self.reached.send_replace(position);
        drop(one_at_a_time);
    }
}
