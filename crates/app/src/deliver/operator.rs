//! What somebody decides about what was given up, or waits. It changes no fact, so it is no entry of the log; it is put on
//! record right after.

use portcullis_model::{Actor, Timestamp};
use portcullis_store::{AuditEvent, OutboxRow, Store, StoreError};

/// What is decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutboxDecision {
    /// What is dead is delivered again, from its first attempt.
    Retry,
    /// What waits or is dead is not delivered.
    Skip {
        /// Why not, for the record.
        why: String,
    },
}

/// What became of a decision.
#[derive(Clone, Debug, PartialEq)]
pub enum OutboxDecided {
    /// It holds.
    Done(OutboxRow),
    /// The effect is not in a state in which it can be decided so.
    Otherwise(OutboxRow),
    /// There is no such effect.
    Missing,
}

impl OutboxDecision {
    /// Of which effects it can be made, for sentences.
    #[must_use]
    pub const fn wanted(&self) -> &'static str {
        match self {
            Self::Retry => "dead",
            Self::Skip { .. } => "waiting or dead",
        }
    }

    /// Makes the decision about effect `id`, in the name of `actor`.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn make(
        &self,
        store: &Store,
        actor: Actor,
        id: i64,
        now: Timestamp,
    ) -> Result<OutboxDecided, StoreError> {
        let outbox = store.outbox();
        let (row, kind, why) = match self {
            Self::Retry => (outbox.retry(id, now).await?, "outbox.retry", None),
            Self::Skip { why } => (outbox.skip(id, why, now).await?, "outbox.skip", Some(why)),
        };
        let Some(row) = row else {
            let there = outbox.get(id).await?;
            return Ok(there.map_or(OutboxDecided::Missing, OutboxDecided::Otherwise));
        };
        let event = AuditEvent {
            at: now,
            actor: Some(actor),
            kind: kind.to_owned(),
            subject: None,
            body: serde_json::json!({
                "effect": row.id,
                "sink": row.sink,
                "position": row.position,
                "key": row.dedup_key,
                "reason": why,
            }),
        };
        store.record(vec![event]).await?;
        Ok(OutboxDecided::Done(row))
    }
}
