//! Time passing: when an end is reached, the fact is moved to history so that what follows (log
//! entries, removals outside, notices) follows. Decisions were right already the moment the end
//! passed.
//!
//! What ends so ends for good. So nothing is recorded while the clock contradicts what else is known,
//! nor what ends where more does at once than anybody would expect.

use std::time::Duration;

use portcullis_model::{
    Actor, ChangeSet, Context, OperationName, Policy, Refusal, SystemActor, Timestamp, World,
    context::AtOnce,
    steady::{Jump, Told, Witness},
};
use portcullis_store::{CommitError, Committed};

use super::{
    lapsed::{Lapsed, Waits, lapsed},
    turn::Turn,
};
use crate::{App, Operation, grants};

/// Moves everything that has ended by now to history, and rejects requests whose wanted end has passed or
/// that have waited for too long.
#[derive(Clone, Copy, Debug)]
pub struct ExpireFacts;

/// At most this many facts are ended in one change: no entry grows without bound, and whoever else
/// writes gets their turn between two.
const MOST: usize = 500;

impl Operation for ExpireFacts {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let now = context.now;
        let waits = Waits::of(world, context.policy.ended_at_once, now);
        let mut change = ChangeSet::new(OperationName::TimeExpire);
        let why = grants::reason("nobody decided before the wanted end");
        let waiting = world.all_pending().filter(|r| r.until.is_past(now));
        let oldest = context.policy.oldest_request(now);
        let old = grants::reason("nobody decided for as long as requests may wait");
        let waited = world.all_pending().filter(|request| {
            let is_old = oldest.is_some_and(|oldest| request.created_at < oldest);
            is_old && !request.until.is_past(now)
        });
        let ended = lapsed(world, now).filter(|grant| waits.lets(*grant));
        let edits = ended
            .map(Lapsed::end)
            .chain(world.credentials_lapsed(now).map(|c| c.end().into()))
            .chain(waiting.map(|request| request.reject(context, &why).into()))
            .chain(waited.map(|request| request.reject(context, &old).into()));
        change.changes.extend(edits.take(MOST));
        match waits.told(world) {
            Some(refusal) if change.changes.is_empty() => Err(refusal),
            _ => Ok(change),
        }
    }
}

/// Whether there is anything to record at `now`.
fn is_due(world: &World, policy: &Policy, now: Timestamp) -> bool {
    let oldest = policy.oldest_request(now);
    let old = |oldest| world.requests().any(|request| request.created_at < oldest);
    let ended = || {
        let waits = Waits::of(world, policy.ended_at_once, now);
        lapsed(world, now).any(|grant| waits.lets(grant))
            || world.credentials_lapsed(now).next().is_some()
            || world.requests().any(|request| request.until.is_past(now))
    };
    world.lapsed(now) && ended() || oldest.is_some_and(old)
}

fn is_due_in(app: &App, world: &World) -> bool {
    is_due(world, app.policy(), app.time().steady)
}

/// What keeps ends from being recorded at `time`, if anything does: the clock, or how many they are.
#[must_use]
pub fn expiry_held(time: &Told, world: &World, most: AtOnce) -> Option<String> {
    if let Some(jump) = time.jump {
        // After a long silence there may be nothing to be careful about.
        let matters = jump.by == Witness::Time || !jump.is_ahead() || world.lapsed(time.now);
        return matters.then(|| jump.to_string());
    }
    if !world.lapsed(time.steady) {
        return None;
    }
    let waits = Waits::of(world, most, time.steady);
    waits.told(world).map(|refusal| refusal.to_string())
}

/// The same of a running program.
#[must_use]
pub fn expiry_held_in(app: &App) -> Option<String> {
    expiry_held(&app.time(), &app.world(), app.policy().ended_at_once)
}

/// Records what has ended, if anything has and the clock can be believed.
///
/// # Errors
/// As [`App::commit`]; more has ended at once than [`Policy::ended_at_once`] lets through.
///
/// [`Policy::ended_at_once`]: portcullis_model::Policy::ended_at_once
pub async fn expire(app: &App) -> Result<Option<Committed>, CommitError> {
    let time = app.time();
    if time.jump.is_some_and(Jump::is_ahead) || !is_due_in(app, &app.world()) {
        return Ok(None);
    }
    let context = app.context(Actor::System(SystemActor::Time));
    app.commit(context, ExpireFacts, None).await.map(Some)
}

/// Runs [`expire`] whenever an end is reached, and at least each minute, until the program ends; of
/// several replicas one does.
pub async fn run_expiry(app: App) {
    let mut moved = app.live().subscribe();
    let turn = Turn::of(app.clone(), "expire");
    let mut told = None;
    loop {
        let held = expiry_held_in(&app);
        if told != held {
            match &held {
                Some(why) => tracing::error!("{why}"),
                None => tracing::warn!("what ends by time is recorded again"),
            }
            told.clone_from(&held);
        }
        // Where it shows a time that was, what has ended by the later one is recorded.
        let due = !app.time().jump.is_some_and(Jump::is_ahead) && is_due_in(&app, &app.world());
        let ours = due && turn.is_ours().await;
        if ours {
            match expire(&app).await {
                // There is more: at once, behind whoever waits to write.
                Ok(Some(done)) if !done.change.is_empty() && is_due_in(&app, &done.world) => {
                    continue;
                }
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, "could not record what has ended; trying again");
                }
            }
        }
        let now = app.time().steady;
        let next = app.world().next_transition(now);
        let next = next.map_or(60_000_000, |at| at.micros() - now.micros());
        // A clock that was set right is seen soon.
        let most = if held.is_some() || due && !ours {
            5_000_000
        } else {
            60_000_000
        };
        let wait =
            Duration::from_micros(u64::try_from(next.clamp(50_000, most)).unwrap_or(60_000_000));
        // A commit may have brought the next end nearer: look again, but not more than each second.
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            _ = moved.changed() => tokio::time::sleep(Duration::from_secs(1).min(wait)).await,
        }
    }
}
