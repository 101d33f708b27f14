//! A world in the making: everything that happens goes through an operation and the guard, at its
//! own time, and time itself ends what has an end.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use portcullis_app::{Operation, log::Undo, tasks::ExpireFacts};
use portcullis_model::{
    Actor, Change, ChangeSet, Context, Expiry, Group, Id, Ids, Noun, Policy, Position, Refusal,
    SystemActor, Timestamp, User, World, guard,
};
use uuid::Uuid;

use crate::Step;

/// Identifiers that depend on the seed and the order of events only.
struct StoryIds {
    seed: u64,
    count: AtomicU64,
}

impl Ids for StoryIds {
    fn next(&self, now: Timestamp) -> Uuid {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let mixed = (self.seed ^ count.wrapping_mul(0x9E37_79B9_7F4A_7C15)).rotate_left(29);
        let mixed = mixed.wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mut bytes = [0; 10];
        bytes[..2].copy_from_slice(&count.to_be_bytes()[6..]);
        bytes[2..].copy_from_slice(&mixed.to_be_bytes());
        let millis = u64::try_from(now.micros() / 1000).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }
}

pub(crate) struct Story {
    pub(crate) world: World,
    pub(crate) now: Timestamp,
    pub(crate) steps: Vec<Step>,
    policy: Arc<Policy>,
    ids: Arc<dyn Ids>,
    /// When something that was granted or asked for may end.
    ends: BinaryHeap<Reverse<Timestamp>>,
}

impl Story {
    pub(crate) fn new(seed: u64, now: Timestamp, policy: Arc<Policy>) -> Self {
        Self {
            world: World::default(),
            now,
            steps: Vec::new(),
            policy,
            ids: Arc::new(StoryIds {
                seed,
                count: AtomicU64::new(0),
            }),
            ends: BinaryHeap::new(),
        }
    }

    pub(crate) fn context(&self, actor: Actor) -> Context {
        Context {
            means: Default::default(),
            actor,
            now: self.now,
            policy: Arc::clone(&self.policy),
            ids: Arc::clone(&self.ids),
        }
    }

    /// Lets time pass until `to`; what ends on the way is put on record when it ends.
    pub(crate) fn advance(&mut self, to: Timestamp) -> Result<(), Refusal> {
        while let Some(Reverse(end)) = self.ends.peek().copied().filter(|end| end.0 <= to) {
            while self.ends.peek() == Some(&Reverse(end)) {
                self.ends.pop();
            }
            self.now = self.now.max(end);
            self.act(Actor::System(SystemActor::Time), &ExpireFacts)?;
        }
        self.now = self.now.max(to);
        Ok(())
    }

    /// Does `operation` now; `None` if it would change nothing.
    pub(crate) fn act(
        &mut self,
        actor: Actor,
        operation: &impl Operation,
    ) -> Result<Option<Position>, Refusal> {
        let context = self.context(actor);
        let change = operation.plan(&self.world, &context)?;
        self.take(context, change)
    }

    /// Makes `change` now.
    pub(crate) fn change(
        &mut self,
        actor: Actor,
        change: ChangeSet,
    ) -> Result<Option<Position>, Refusal> {
        self.take(self.context(actor), change)
    }

    /// Undoes what was committed at `position`, if it still can be.
    pub(crate) fn undo(&mut self, actor: Actor, position: Position) -> Option<Position> {
        let at = usize::try_from(position.0).ok()?.checked_sub(1)?;
        let change = self.steps.get(at)?.change.clone();
        self.act(actor, &Undo { position, change }).ok().flatten()
    }

    fn take(&mut self, context: Context, change: ChangeSet) -> Result<Option<Position>, Refusal> {
        if change.is_empty() {
            return Ok(None);
        }
        let (change, after) = guard(&self.world, change, &context)?.into_parts();
        for edit in &change.changes {
            let end = match edit {
                Change::Membership(edit) => edit.after.as_ref().map(|m| m.validity.until),
                Change::Inclusion(edit) => edit.after.as_ref().map(|i| i.validity.until),
                Change::Request(edit) => edit
                    .after
                    .as_ref()
                    .filter(|r| r.is_pending())
                    .map(|r| r.until),
                _ => None,
            };
            self.ends.extend(end.and_then(Expiry::instant).map(Reverse));
        }
        self.world = after;
        self.steps.push(Step { context, change });
        Ok(Some(self.world.position()))
    }

    /// The group of that name, which the story has made before.
    pub(crate) fn group(&self, name: &str) -> Result<&Group, Refusal> {
        self.world
            .find_group(name)
            .ok_or_else(|| Refusal::not_found(Noun::Group, name))
    }

    /// Who decides about `group`, first among several, other than `except`.
    pub(crate) fn decider(&self, group: &Group, except: Option<Id<User>>) -> Option<Actor> {
        let all = self.world.deciders(group, except, self.now);
        all.first().map(|user| Actor::User(user.id))
    }
}
