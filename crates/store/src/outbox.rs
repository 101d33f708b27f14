//! What must happen outside because of a commit: written in the commit's own transaction, delivered
//! at least once, in order for each key.
//!
//! A row waits until it is due, is leased to one deliverer, and ends as done (with a receipt), as
//! dead (given up), or as skipped (by an operator). Of the rows with one sink and one ordering key
//! only the oldest open one is ever leased: a later one never overtakes one that waits, is leased,
//! backs off or is dead. So a dead row holds the rest of its key until an operator retries or skips
//! it, because what follows usually makes no sense without it.
//!
//! A lease that has run out is taken again, so an effect may be delivered twice: by a deliverer that
//! crashed after the delivery and before the receipt, or that was slower than its lease. Sinks that
//! recognise the deduplication key make that once.

mod effect;
mod lease;
mod looked;
#[cfg(test)]
mod plans;
mod queue;
mod receipt;

use portcullis_model::Timestamp;

pub use self::effect::{
    Effect, EffectSource, EffectState, LeaseTerms, Leased, OutboxCount, OutboxFilter, OutboxRow,
    Settlement,
};
pub use self::looked::Due;
pub(crate) use self::queue::{Written, prune, write};
use crate::{Page, StoreError, db::Db};

/// The outbox of a store.
#[derive(Clone, Copy, Debug)]
pub struct Outbox<'a> {
    db: &'a Db,
}

impl<'a> Outbox<'a> {
    pub(crate) const fn new(db: &'a Db) -> Self {
        Self { db }
    }

    /// Takes what is due for `sink` at `now`: of each ordering key the oldest open effect, if it is
    /// due. Two processes never get the same one while its lease lasts.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn claim(
        &self,
        sink: &str,
        now: Timestamp,
        terms: &LeaseTerms,
    ) -> Result<Vec<Leased>, StoreError> {
        lease::claim(self.db, sink, now, terms).await
    }

    /// When something for `sink` is due next, by what is known now.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn next_due(&self, sink: &str) -> Result<Option<Timestamp>, StoreError> {
        lease::next_due(self.db, sink).await
    }

    /// Until when `task` has looked for what comes near by time; nothing where it never has.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn looked_until(&self, task: &str) -> Result<Option<Timestamp>, StoreError> {
        looked::until(self.db, task).await
    }

    /// Writes effects that no commit has, once: those that `task` found between the mark of
    /// [`Outbox::looked_until`] and a later one, which is the mark from then on. Says whether they were
    /// written: not where another has moved the mark.
    ///
    /// # Errors
    /// [`StoreError::Database`]: nothing was written.
    pub async fn write_due(&self, task: &str, due: Due) -> Result<bool, StoreError> {
        looked::write(self.db, task, due).await
    }

    /// Writes what became of deliveries, in one transaction. Says of how many the lease was still
    /// held; where it was lost, whoever has it now decides.
    ///
    /// # Errors
    /// [`StoreError::Database`]: nothing was written, and all are delivered again in time.
    pub async fn settle(
        &self,
        settled: Vec<(Leased, Settlement)>,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        receipt::settle(self.db, settled, now).await
    }

    /// Lets a dead effect be delivered again, from its first attempt; `None` if it is not dead.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn retry(&self, id: i64, now: Timestamp) -> Result<Option<OutboxRow>, StoreError> {
        receipt::retry(self.db, id, now).await
    }

    /// Ends a waiting or dead effect without delivering it; `None` if it is neither.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn skip(
        &self,
        id: i64,
        why: &str,
        now: Timestamp,
    ) -> Result<Option<OutboxRow>, StoreError> {
        receipt::skip(self.db, id, why, now).await
    }

    /// Effects, newest first.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn list(&self, filter: &OutboxFilter) -> Result<Page<OutboxRow>, StoreError> {
        queue::list(self.db, filter).await
    }

    /// The oldest effect that `sink` has not taken: tried in vain and from before `before`, or given up after
    /// `since`.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn trouble(
        &self,
        sink: &str,
        before: Timestamp,
        since: Timestamp,
    ) -> Result<Option<OutboxRow>, StoreError> {
        queue::trouble(self.db, sink, (before, since)).await
    }

    /// One effect.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn get(&self, id: i64) -> Result<Option<OutboxRow>, StoreError> {
        queue::get(&mut self.db.reader().await?, id).await
    }

    /// The sinks of which there is anything.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn sinks(&self) -> Result<Vec<String>, StoreError> {
        queue::sinks(self.db).await
    }

    /// How many effects there are that are not done, by sink and state.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn counts(&self) -> Result<Vec<OutboxCount>, StoreError> {
        queue::counts(self.db).await
    }
}
