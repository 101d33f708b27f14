//! The current world of this process and the one way to write it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use portcullis_model::{Context, Position, Timestamp, World};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
};

use crate::{
    CommitError, Committed, Confirmed, EffectSource, NotYet, Proposal, Store, StoreError,
    chain::Hash, current::Current, follower, job::Job, writer,
};

/// How many proposals may wait before callers wait to hand theirs in.
const WAITING: usize = 4096;

/// The current world, kept up with the log, and the way to change it. Cheap to clone; the writer
/// and the follower end with the last clone.
#[derive(Clone, Debug)]
pub struct Live {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    current: Arc<Current>,
    proposals: mpsc::Sender<Job>,
    follower: Option<JoinHandle<()>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        // The writer ends by itself when it has written what waits; the follower only reads.
        if let Some(follower) = &self.follower {
            follower.abort();
        }
    }
}

impl Live {
    /// Loads the current world, starts writing, and follows what other processes write.
    ///
    /// # Errors
    /// As [`Store::load`].
    pub async fn start(store: Store) -> Result<Self, StoreError> {
        Self::with_sinks(store, []).await
    }

    /// The same; what `sinks` say commits mean outside is written with them, into the outbox.
    ///
    /// # Errors
    /// As [`Store::load`].
    pub async fn with_sinks(
        store: Store,
        sinks: impl IntoIterator<Item = Arc<dyn EffectSource>>,
    ) -> Result<Self, StoreError> {
        let read = Instant::now();
        let known = store.load_known().await?;
        let sinks = sinks.into_iter().collect();
        let current = Arc::new(Current::new(store, known, sinks, read));
        let (proposals, receive) = mpsc::channel(WAITING);
        tokio::spawn(writer::run(Arc::clone(&current), receive));
        let follower = follower::start(&current);
        let inner = Arc::new(Inner {
            current,
            proposals,
            follower,
        });
        Ok(Self { inner })
    }

    /// The current world.
    #[must_use]
    pub fn world(&self) -> Arc<World> {
        self.inner.current.world()
    }

    /// The current world and the hash of the last entry that it holds.
    pub(crate) fn known(&self) -> (Arc<World>, Hash) {
        self.inner.current.known()
    }

    /// When the last entry that the current world holds was written; none where the log is empty.
    #[must_use]
    pub fn last_at(&self) -> Option<Timestamp> {
        self.inner.current.last_at()
    }

    /// When the current world was last seen to hold all of the log. The follower looks every second
    /// and the writer at each commit; neither can where the database is away or the log unreadable.
    #[must_use]
    pub fn confirmed(&self) -> Confirmed {
        match self.inner.follower {
            Some(_) => Confirmed::At(self.inner.current.confirmed()),
            None => Confirmed::Always,
        }
    }

    /// The current world as soon as it has `position`, waiting at most `most`.
    ///
    /// # Errors
    /// [`NotYet`] with the position reached by then.
    pub async fn at_least(&self, position: Position, most: Duration) -> Result<Arc<World>, NotYet> {
        let mut reached = self.subscribe();
        let waiting = reached.wait_for(|reached| *reached >= position);
        let waited = tokio::time::timeout(most, waiting).await;
        if matches!(waited, Ok(Ok(_))) {
            return Ok(self.world());
        }
        let reached = self.world().position();
        Err(NotYet {
            wanted: position,
            reached,
        })
    }

    /// Tells each new position of the current world.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<Position> {
        self.inner.current.subscribe()
    }

    /// Builds, guards and commits a change. It runs to its end even if this future is dropped
    /// after the proposal was handed in.
    ///
    /// # Errors
    /// [`CommitError`]; only after [`CommitError::Unavailable`] it may be unknown whether the
    /// change was written (the connection broke while committing): send it again under the same
    /// idempotency key.
    pub async fn commit(
        &self,
        context: Context,
        proposal: Proposal,
    ) -> Result<Committed, CommitError> {
        let (answer, answered) = oneshot::channel();
        let job = Job::new(context, proposal, answer);
        let handed_in = self.inner.proposals.send(job).await;
        handed_in.map_err(|_| StoreError::Stopped)?;
        let lost = |_| CommitError::Internal("the writer lost it".to_owned());
        answered.await.map_err(lost)?
    }

    /// The store behind it.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.inner.current.store
    }
}
