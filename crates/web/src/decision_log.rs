//! The log of decisions: a sample of them, without what it should not hold, written in the
//! background. A decision never waits for its log.

use std::sync::atomic::{AtomicU64, Ordering};

use portcullis_app::decide::{Properties, Question};
use portcullis_model::{Actor, Id, Position, Timestamp, User};
use portcullis_store::{AuditEvent, Store};
use serde_json::{Value, json};
use tokio::sync::mpsc;

/// Writes a sample of the decisions to the store.
#[derive(Debug)]
pub(crate) struct DecisionLog {
    /// One of so many decisions is written; 0 for none.
    every: u64,
    seen: AtomicU64,
    dropped: AtomicU64,
    properties: Vec<String>,
    sender: Option<mpsc::Sender<AuditEvent>>,
}

/// A decision that was made.
pub(crate) struct Decided<'d> {
    /// What the asker is called in the log.
    pub(crate) by: &'d str,
    /// The asker, if it is a user rather than an enforcement point.
    pub(crate) user: Option<Id<User>>,
    /// When.
    pub(crate) at: Timestamp,
    /// On which world.
    pub(crate) position: Position,
    /// What was asked.
    pub(crate) question: &'d Question,
    /// What was answered.
    pub(crate) allowed: bool,
}

/// More entries than this do not wait: what comes then is dropped and counted.
const MOST_WAITING: usize = 10_000;

impl DecisionLog {
    /// A log as the settings say; none of it costs anything where the sample is 0.
    pub(crate) fn new(store: Store, sample: f64, properties: Vec<String>) -> Self {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "at least 1 and rounded; larger than any count of decisions saturates"
        )]
        let every = if sample > 0.0 {
            (1.0 / sample).round().max(1.0) as u64
        } else {
            0
        };
        let sender = (every > 0).then(|| {
            let (sender, receiver) = mpsc::channel(MOST_WAITING);
            tokio::spawn(write(store, receiver));
            sender
        });
        Self {
            every,
            seen: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            properties,
            sender,
        }
    }

    pub(crate) fn record(&self, decided: &Decided<'_>) {
        let Some(sender) = &self.sender else { return };
        if !self
            .seen
            .fetch_add(1, Ordering::Relaxed)
            .is_multiple_of(self.every)
        {
            return;
        }
        let entity = |kind: &str, id: &str, properties: &Option<Properties>| json!({ "type": kind, "id": id, "properties": self.redact(properties) });
        let Decided { question, by, .. } = decided;
        let (subject, resource) = (&question.subject, &question.resource);
        let event = AuditEvent {
            at: decided.at,
            actor: decided.user.map(Actor::User),
            kind: if decided.allowed {
                "decision.permit"
            } else {
                "decision.deny"
            }
            .into(),
            subject: None,
            body: json!({
                "by": by,
                "subject": entity(&subject.kind, &subject.id, &subject.properties),
                "action": { "name": question.action.name, "properties": self.redact(&question.action.properties) },
                "resource": entity(&resource.kind, &resource.id, &resource.properties),
                "context": self.redact(&question.context),
                "position": decided.position,
                "of": self.every,
            }),
        };
        if sender.try_send(event).is_err() {
            let dropped = self.dropped.fetch_add(1, Ordering::Relaxed) + 1;
            if dropped.is_power_of_two() {
                tracing::warn!(
                    dropped,
                    "decisions were not logged: the database is slower than they come"
                );
            }
        }
    }

    /// The properties by name; their values only where the settings name them.
    fn redact(&self, properties: &Option<Properties>) -> Value {
        let Some(properties) = properties else {
            return Value::Null;
        };
        properties
            .iter()
            .map(|(name, value)| {
                let kept = self.properties.iter().any(|kept| **kept == **name);
                let value = if kept {
                    value.to_json()
                } else {
                    Value::from("…")
                };
                (name.to_string(), value)
            })
            .collect::<serde_json::Map<_, _>>()
            .into()
    }
}

async fn write(store: Store, mut receiver: mpsc::Receiver<AuditEvent>) {
    let mut waiting = Vec::new();
    while receiver.recv_many(&mut waiting, 1_000).await > 0 {
        if let Err(error) = store.record(std::mem::take(&mut waiting)).await {
            tracing::warn!(%error, "decisions could not be logged");
        }
    }
}
