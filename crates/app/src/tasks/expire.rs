//! Time passing: when an end is reached, the fact is moved to history so that what follows (log
//! entries, removals outside, notices) follows. Decisions were right already the moment the end
//! passed.

use std::time::Duration;

use portcullis_model::{
    Actor, Change, ChangeSet, Context, OperationName, Refusal, SystemActor, World,
};

use crate::{App, Operation, grants};

/// Moves everything that has ended by now to history, and rejects requests whose wanted end has passed.
#[derive(Clone, Copy, Debug)]
pub struct ExpireFacts;

/// At most this many facts are ended in one change: no entry grows without bound, and whoever else
/// writes gets their turn between two.
const MOST: usize = 500;

impl Operation for ExpireFacts {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let now = context.now;
        let mut change = ChangeSet::new(OperationName::TimeExpire);
        let memberships = world.memberships_lapsed(now);
        let inclusions = world.inclusions();
        let inclusions = inclusions.filter(|i| i.validity.until.is_past(now));
        let entitlements = world.entitlements();
        let entitlements = entitlements.filter(|e| e.validity.until.is_past(now));
        let why = grants::reason("nobody decided before the wanted end");
        let waiting = world.all_pending().filter(|r| r.until.is_past(now));
        let edits = memberships
            .map(|m| Change::from(m.end()))
            .chain(inclusions.map(|i| i.end().into()))
            .chain(entitlements.map(|e| e.end().into()))
            .chain(waiting.map(|request| request.reject(context, &why).into()));
        change.changes.extend(edits.take(MOST));
        Ok(change)
    }
}

/// Runs [`ExpireFacts`] whenever an end is reached, and at least each minute, until the program ends.
pub async fn run_expiry(app: App) {
    let mut moved = app.live().subscribe();
    loop {
        let context = app.context(Actor::System(SystemActor::Time));
        let world = app.world();
        let now = context.now;
        let due = world.lapsed(now);
        if due {
            match app.commit(context, ExpireFacts, None).await {
                // There is more: at once, behind whoever waits to write.
                Ok(done) if !done.change.is_empty() && done.world.lapsed(now) => continue,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, "could not record what has ended; trying again");
                }
            }
        }
        let next = world
            .next_transition(now)
            .map_or(60_000_000, |at| at.micros() - app.now().micros());
        let wait = Duration::from_micros(
            u64::try_from(next.clamp(50_000, 60_000_000)).unwrap_or(60_000_000),
        );
        // A commit may have brought the next end nearer: look again, but not more than each second.
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            _ = moved.changed() => tokio::time::sleep(Duration::from_secs(1).min(wait)).await,
        }
    }
}
