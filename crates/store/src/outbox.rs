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

mod lease;
#[cfg(test)]
mod plans;
mod queue;
mod receipt;

use portcullis_model::{ChangeSet, Position, Timestamp, World};
use serde::Serialize;

pub(crate) use self::queue::{Written, prune, write};
use crate::{Page, StoreError, db::Db};

/// Something that must happen outside because of a commit.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// Effects of a sink with the same ordering key are delivered one after the other, as committed.
    pub order_key: String,
    /// What this effect is. While one with the same key waits at the same sink, no other is written;
    /// sinks get it with each delivery, to recognise what they have done before.
    pub dedup_key: String,
    /// What to do there, as the sink understands it.
    pub payload: serde_json::Value,
}

/// Says for one sink what commits mean outside. The writer asks it about every commit.
pub trait EffectSource: Send + Sync {
    /// The sink's name, in the outbox and for operators.
    fn name(&self) -> &str;

    /// What a committed change means there, given the world after it. Pure: the same for the same
    /// change and world. A panic refuses the commit.
    fn effects(&self, change: &ChangeSet, after: &World) -> Vec<Effect>;
}

portcullis_model::words! {
    /// What has become of an effect so far.
    pub enum EffectState {
        /// It is delivered when it is due and all before it under its ordering key are through.
        Waiting = "waiting",
        /// Somebody is delivering it.
        Leased = "leased",
        /// The sink has it.
        Done = "done",
        /// It was given up; it holds those after it under its ordering key.
        Dead = "dead",
        /// An operator decided that it is not delivered.
        Skipped = "skipped",
    }
}

impl EffectState {
    fn from_text(text: &str) -> Result<Self, StoreError> {
        Self::parse(text)
            .ok_or_else(|| StoreError::corrupt("outbox", format!("`{text}` is no state")))
    }
}

/// An effect as the outbox has it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OutboxRow {
    /// Its number; larger is later.
    pub id: i64,
    /// The commit it is an effect of.
    pub position: Position,
    /// When that was.
    pub at: Timestamp,
    /// Where it goes.
    pub sink: String,
    /// See [`Effect::order_key`].
    pub order_key: String,
    /// See [`Effect::dedup_key`].
    pub dedup_key: String,
    /// What to do there.
    pub payload: serde_json::Value,
    /// How often its delivery was begun.
    pub attempts: u32,
    /// When it is to be looked at again: due, or its lease ends.
    pub next_at: Timestamp,
    /// What has become of it.
    pub state: EffectState,
    /// Who is delivering it.
    pub lease_owner: Option<String>,
    /// What the sink said last: a receipt, or what went wrong.
    pub receipt: Option<String>,
    /// When it ended.
    pub settled_at: Option<Timestamp>,
}

/// Which effects to list. The default is all of them.
#[derive(Clone, Debug, Default)]
pub struct OutboxFilter {
    /// For this sink.
    pub sink: Option<String>,
    /// In this state.
    pub state: Option<EffectState>,
    /// How many; 0 means 50, 1000 are the most.
    pub limit: u32,
    /// After the page that ended here.
    pub before: Option<crate::Cursor>,
}

/// How many effects of a sink are in a state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OutboxCount {
    /// The sink.
    pub sink: String,
    /// The state.
    pub state: EffectState,
    /// How many.
    pub count: u64,
}

/// Who delivers until when.
#[derive(Clone, Debug)]
pub struct LeaseTerms {
    /// Who; another name for each process.
    pub owner: String,
    /// Until when nobody else takes it.
    pub until: Timestamp,
    /// At most so many at once.
    pub most: u32,
}

/// An effect to deliver, held until its lease ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Leased {
    /// The effect's number.
    pub id: i64,
    /// The commit it is an effect of.
    pub position: Position,
    /// When that was.
    pub at: Timestamp,
    /// What to deliver.
    pub effect: Effect,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    owner: String,
}

/// What to write about a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// The sink has it.
    Done {
        /// What it said.
        receipt: String,
    },
    /// It is tried again.
    Again {
        /// When.
        at: Timestamp,
        /// Why.
        why: String,
    },
    /// It is given up.
    Dead {
        /// Why.
        why: String,
    },
}

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

    /// One effect.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn get(&self, id: i64) -> Result<Option<OutboxRow>, StoreError> {
        queue::get(&mut self.db.reader().await?, id).await
    }

    /// How many effects there are, by sink and state.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn counts(&self) -> Result<Vec<OutboxCount>, StoreError> {
        queue::counts(self.db).await
    }
}
