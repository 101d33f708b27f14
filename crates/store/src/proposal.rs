//! What callers hand to the writer and what they get back.

use std::sync::Arc;

use portcullis_model::{
    Actor, Allowed, ChangeSet, Clock, Context, Position, Refusal, Timestamp, World,
};
use sha2::{Digest as _, Sha256};

/// Builds the change on the world it will be guarded on.
pub type Build = Box<dyn FnOnce(&World, &Context) -> Result<ChangeSet, Refusal> + Send>;

/// A wish to change something.
pub struct Proposal {
    /// Builds the change. Called once, by the writer, on the world every commit before it is in.
    pub build: Build,
    /// Makes sending the same request twice the same as sending it once.
    pub idempotency: Option<Idempotency>,
    /// Tells the time of the change at the writer's place; without one it is the context's.
    pub clock: Option<Arc<dyn Clock>>,
    /// What building and guarding came to before, which counts where nothing has happened since.
    pub judged: Option<Box<Judged>>,
}

/// A change that was guarded before it came to the writer.
#[derive(Debug)]
pub struct Judged {
    /// It, with the world it leads to.
    pub allowed: Allowed,
    /// In the world at this position.
    pub position: Position,
    /// In whose name.
    pub actor: Actor,
    /// When.
    pub at: Timestamp,
}

/// For so many seconds a judgement counts: as long as a change may be on its way.
const COUNTS_SECONDS: i64 = 60;

impl Judged {
    /// Whether guarding it anew would come to the same: nothing was written since, and it is as if the writer had
    /// come to it then.
    #[must_use]
    pub fn counts(&self, world: &World, context: &Context, last: Timestamp) -> bool {
        world.position() == self.position
            && context.actor == self.actor
            && (last..=context.now).contains(&self.at)
            && context.now < self.at.plus_seconds(COUNTS_SECONDS)
    }
}

impl Proposal {
    /// A proposal without a key.
    pub fn new(
        build: impl FnOnce(&World, &Context) -> Result<ChangeSet, Refusal> + Send + 'static,
    ) -> Self {
        Self {
            build: Box::new(build),
            idempotency: None,
            clock: None,
            judged: None,
        }
    }

    /// A proposal of a change that is already known.
    #[must_use]
    pub fn of(change: ChangeSet) -> Self {
        Self::new(move |_, _| Ok(change))
    }

    /// The same, under an idempotency key.
    #[must_use]
    pub fn once(mut self, idempotency: Option<Idempotency>) -> Self {
        self.idempotency = idempotency;
        self
    }

    /// The same, where it was judged before.
    #[must_use]
    pub fn judged(mut self, judged: Option<Box<Judged>>) -> Self {
        self.judged = judged;
        self
    }

    /// The same, at the time `clock` tells when the writer comes to it: a caller may have waited
    /// since its context was made, and an end may have passed.
    #[must_use]
    pub fn timed_by(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }
}

/// A key a client chose for a request, and what the request was. Kept for seven days, for each
/// actor on its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency {
    /// The client's key.
    pub key: String,
    /// What tells this request from others, such as the hash of its path and body.
    pub fingerprint: Vec<u8>,
}

impl Idempotency {
    /// `key` for the request made of `parts`, such as method, path and body.
    #[must_use]
    pub fn new(key: impl Into<String>, parts: &[&[u8]]) -> Self {
        let mut sha = Sha256::new();
        for part in parts {
            sha.update((part.len() as u64).to_be_bytes());
            sha.update(part);
        }
        Self {
            key: key.into(),
            fingerprint: sha.finalize().to_vec(),
        }
    }
}

/// What became of a proposal.
#[derive(Clone, Debug)]
pub struct Committed {
    /// Its place in the log.
    pub position: Position,
    /// When it was recorded.
    pub at: Timestamp,
    /// What was changed.
    pub change: Arc<ChangeSet>,
    /// A world that has it: the one after the whole batch it was written with.
    pub world: Arc<World>,
    /// Whether this call wrote it.
    pub replayed: Replay,
}

/// Whether a commit was written by the call that got it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replay {
    /// It was.
    Fresh,
    /// An earlier call with the same idempotency key had written it.
    Replayed,
    /// The change was empty: nothing was written, and `position` is where the log was.
    Unchanged,
}
