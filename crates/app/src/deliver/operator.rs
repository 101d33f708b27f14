//! What somebody decides about what was given up, or waits. It changes no fact, so it is no entry of the log; it is put on
//! record right after.

use std::{sync::Arc, time::Duration};

use portcullis_model::{Actor, Timestamp, User, World};
use portcullis_store::{AuditEvent, Due, Effect, OutboxRow, Store, StoreError};

use super::Sink;
use crate::{
    App,
    notices::{About, Notice},
};

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

/// What came of trying a sink out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tried {
    /// A message to who tried it is on its way.
    Written,
    /// It can be reached.
    Reached,
    /// It cannot, and why not.
    Unreached(String),
}

/// Whether anything of `sinks` writes to `user`, where it is to tell them something.
#[must_use]
pub fn writes_to(sinks: &[Arc<dyn Sink>], world: &World, user: &User, now: Timestamp) -> bool {
    let mut sinks = sinks.iter();
    sinks.any(|sink| trial(world, &**sink, user, now).is_some())
}

/// The message to `by` by which they try `sink` out, where it writes to them.
fn trial(world: &World, sink: &dyn Sink, by: &User, now: Timestamp) -> Option<Effect> {
    let about = About::Test {
        connector: sink.name().to_owned(),
        by: by.name.to_string(),
    };
    let key = format!("test:{}:{}", by.id, now.micros());
    sink.tell(&Notice::new(world, by, about)?, key)
}

/// Tries `sink` out for `by`: where it writes to people it writes to them, and else it is looked whether it
/// can be reached.
///
/// # Errors
/// [`StoreError::Database`].
pub async fn try_out(app: &App, sink: &dyn Sink, by: &User) -> Result<Tried, StoreError> {
    let (now, world, outbox) = (app.time().steady, app.world(), app.store().outbox());
    let tried = match trial(&world, sink, by, now) {
        Some(effect) => {
            let task = format!("test:{}:{}", sink.name(), by.id);
            let due = Due {
                from: outbox.looked_until(&task).await?,
                until: now,
                position: world.position(),
                effects: vec![(sink.name().to_owned(), effect)],
            };
            // Of two tries of one person at once, one message is enough.
            outbox.write_due(&task, due).await?;
            Tried::Written
        }
        None => match tokio::time::timeout(PATIENCE, sink.check()).await {
            Ok(Ok(())) => Tried::Reached,
            Ok(Err(why)) => Tried::Unreached(why),
            Err(_) => Tried::Unreached("it did not answer in time".to_owned()),
        },
    };
    let event = AuditEvent {
        at: now,
        actor: Some(Actor::User(by.id)),
        kind: "outbox.test".to_owned(),
        subject: None,
        body: serde_json::json!({ "sink": sink.name() }),
    };
    app.store().record(vec![event]).await?;
    Ok(tried)
}

/// How long a sink that is tried out may take.
const PATIENCE: Duration = Duration::from_secs(10);

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
