//! A source is compared once: what was found is done as it was found, where the world is still the same.

use std::sync::{Mutex, PoisonError};

use portcullis_model::{ChangeSet, Context, Position, Refusal, Timestamp, World};

use super::{Source, SyncSource};
use crate::Operation;

/// A source with what comparing it came to; in another world than that it is compared again.
#[derive(Debug)]
pub struct Compared<S> {
    source: SyncSource<S>,
    found: Mutex<Option<Found>>,
}

#[derive(Debug)]
struct Found {
    /// In the world at this position.
    position: Position,
    at: Timestamp,
    change: ChangeSet,
}

impl<S> Compared<S> {
    /// `change` is what comparing `source` with the world at `position` came to, at the time `at`.
    pub(super) const fn new(
        source: SyncSource<S>,
        (position, at): (Position, Timestamp),
        change: ChangeSet,
    ) -> Self {
        let found = Found {
            position,
            at,
            change,
        };
        Self {
            source,
            found: Mutex::new(Some(found)),
        }
    }
}

impl<S: Source> Operation for Compared<S> {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        // A million edits are not copied for being asked about again.
        let found = found.take().filter(|it| it.position == world.position());
        match found.and_then(|it| it.change.made_at(context.now, it.at)) {
            Some(change) => Ok(change),
            None => self.source.plan(world, context),
        }
    }
}
