//! Effects: what they are, how they stand in the outbox, and what becomes of them.

use std::time::Duration;

use portcullis_model::{ChangeSet, Context, Position, Timestamp, World};
use serde::Serialize;

use crate::StoreError;

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
    /// How long after the commit it is due.
    pub delay: Duration,
}

/// Says for one sink what commits mean outside. The writer asks it about every commit.
pub trait EffectSource: Send + Sync {
    /// The sink's name, in the outbox and for operators.
    fn name(&self) -> &str;

    /// What a committed change means there, given the world after it, and who changed it when. Pure: the
    /// same for the same change, world and context. A panic refuses the commit.
    fn effects(&self, change: &ChangeSet, after: &World, context: &Context) -> Vec<Effect>;
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
    pub(super) fn from_text(text: &str) -> Result<Self, StoreError> {
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
    /// At most so many ordering keys at once.
    pub most: u32,
    /// At most so many effects of one ordering key: where more than one, those that wait behind the oldest
    /// come with it, due or not, to be delivered as one.
    pub together: u32,
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
    pub(super) owner: String,
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
