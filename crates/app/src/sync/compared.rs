//! A source that was compared before it is brought in.

use std::sync::{Mutex, PoisonError};

use portcullis_model::{ChangeSet, Context, Refusal, World};
use portcullis_store::Judged;

use super::{Source, SyncSource};
use crate::Operation;

/// A source, and what comparing it came to. In another world than that, or much later, it is compared again.
#[derive(Debug)]
pub struct Compared<S> {
    source: SyncSource<S>,
    /// A million edits are not copied for being asked about again.
    judged: Mutex<Option<Box<Judged>>>,
}

impl<S> Compared<S> {
    pub(super) const fn new(source: SyncSource<S>, judged: Option<Box<Judged>>) -> Self {
        Self {
            source,
            judged: Mutex::new(judged),
        }
    }
}

impl<S: Source> Operation for Compared<S> {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        self.source.plan(world, context)
    }

    fn judged(&self) -> Option<Box<Judged>> {
        let mut judged = self.judged.lock().unwrap_or_else(PoisonError::into_inner);
        judged.take()
    }
}
