//! The one writer: takes all waiting proposals as one batch, in one transaction.
//!
//! A batch takes the writer's place (PostgreSQL: the row lock on the log's head; SQLite: the write
//! lock), catches up with the log, and then for each proposal in turn builds and guards its change
//! on the world the one before it left. Nobody is answered before the transaction is through, not
//! even the refused: what refused them may be a neighbour that is not written in the end.

use std::{collections::HashMap, sync::Arc, time::Instant};

use portcullis_model::{Refusal, Timestamp, World};
use tokio::sync::mpsc;

use crate::{
    CommitError, Engine, Replay, StoreError,
    batch::{Batch, Planned},
    chain::Hash,
    constraints,
    current::{Current, Writing},
    db::Tx,
    error::refused_value,
    follower,
    idempotency::{self, Key, Used},
    job::Job,
    load,
    log::{self, HEAD, Head},
    outbox, requests,
};

/// The most proposals in one transaction.
const MOST: usize = 512;

/// Writes until the last sender is gone and nothing waits.
pub(crate) async fn run(current: Arc<Current>, mut proposals: mpsc::Receiver<Job>) {
    let mut pruned = Timestamp::from_micros(0);
    let mut jobs = Vec::with_capacity(MOST);
    while proposals.recv_many(&mut jobs, MOST).await > 0 {
        let batch = std::mem::take(&mut jobs);
        let now = batch.iter().map(|job| job.context.now).max();
        let prune = now.filter(|now| now.seconds_since(pruned) >= 3600);
        pruned = prune.unwrap_or(pruned);
        // On a task of its own: a bug in here must not take the writer with it.
        let writing = write(Arc::clone(&current), batch, prune);
        if let Err(error) = tokio::spawn(writing).await {
            tracing::error!(%error, "a batch of commits was lost to a bug");
        }
    }
}

/// Writes a batch and answers everyone in it.
async fn write(current: Arc<Current>, jobs: Vec<Job>, prune: Option<Timestamp>) {
    match attempt(&current, jobs, prune).await {
        Tried::Answered => {}
        // One of them cannot be written: alone, each is answered for itself.
        Tried::Again(jobs) => {
            for job in jobs {
                if let Tried::Again(jobs) = attempt(&current, vec![job], None).await {
                    tracing::error!(jobs = jobs.len(), "a batch of one was not answered");
                }
            }
        }
    }
}

enum Tried {
    Answered,
    Again(Vec<Job>),
}

async fn attempt(current: &Current, jobs: Vec<Job>, prune: Option<Timestamp>) -> Tried {
    let began = Instant::now();
    // Until the world is the one that was written.
    let mut place = None;
    let (jobs, tried) = transact(current, jobs, prune, &mut place).await;
    let error = match tried {
        Ok((Reached { since, world, last }, answers)) => {
            let world = Arc::new(world);
            current.advance(since, Arc::clone(&world), &last);
            current.confirm(began);
            for (job, answer) in jobs.into_iter().zip(answers) {
                job.answer(&world, answer.and_then(|planned| planned.committed(&world)));
            }
            return Tried::Answered;
        }
        Err(error) => error,
    };
    if error.is_about_data() && jobs.len() > 1 {
        return Tried::Again(jobs);
    }
    tracing::warn!(%error, batch = jobs.len(), "a batch of commits was not written");
    let world = current.world();
    for job in jobs {
        job.answer(&world, Err(answer_to(error.clone())));
    }
    Tried::Answered
}

/// What a caller is told of an error that failed its batch.
fn answer_to(error: StoreError) -> CommitError {
    match &error {
        StoreError::Constraint(constraint) => constraints::refusal(constraint).into(),
        StoreError::Database(cause) => match refused_value(cause) {
            Some(why) => Refusal::invalid("", format!("it cannot be stored: {why}")).into(),
            None => error.into(),
        },
        _ => error.into(),
    }
}

/// The world a batch leads to, from the entry of hash `since` to `last`.
struct Reached {
    since: Hash,
    world: World,
    last: Head,
}

type Transacted = Result<(Reached, Vec<Result<Planned, CommitError>>), StoreError>;

async fn transact<'c>(
    current: &'c Current,
    mut jobs: Vec<Job>,
    prune: Option<Timestamp>,
    place: &mut Option<Writing<'c>>,
) -> (Vec<Job>, Transacted) {
    let keys = jobs.iter().filter_map(Job::key).collect();
    let begun = begin(current, keys).await;
    let Begun {
        mut tx,
        since,
        world,
        head,
        used,
    } = match begun {
        Ok(begun) => begun,
        Err(error) => return (jobs, Err(error)),
    };
    *place = Some(current.writing());
    let sinks = Arc::clone(&current.sinks);
    // Building and guarding is computing, and may be long for a large change.
    let planning = tokio::task::spawn_blocking(move || {
        let mut batch = Batch::new(world, head, used, sinks);
        let answers: Vec<_> = jobs.iter_mut().map(|job| batch.plan(job)).collect();
        (jobs, batch, answers)
    });
    let (jobs, batch, mut answers) = match planning.await {
        Ok(planned) => planned,
        Err(error) => return (Vec::new(), Err(StoreError::corrupt("batch", error))),
    };
    let last = *batch.head();
    let written = finish(&mut tx, batch, &mut answers, prune).await;
    let ended = match written {
        Ok((world, Wrote::Rows)) => tx.commit().await.map(|()| world),
        Ok((world, Wrote::Nothing)) => tx.rollback().await.map(|()| world),
        // The connection is closed with the transaction in it.
        Err(error) => Err(error),
    };
    let reached = |world| Reached { since, world, last };
    (jobs, ended.map(|world| (reached(world), answers)))
}

/// The writer's place.
struct Begun {
    tx: Tx,
    /// The hash of the last entry that was known before.
    since: Hash,
    /// Level with the log.
    world: World,
    head: Head,
    used: HashMap<Key, Used>,
}

/// Takes the writer's place and comes level with the log.
async fn begin(current: &Current, keys: Vec<Key>) -> Result<Begun, StoreError> {
    let mut tx = current.store.db().write().await?;
    let head = match tx.engine() {
        Engine::Sqlite => Head::read(&mut tx, HEAD).await?,
        Engine::Postgres => {
            let lock = "SELECT position, at, hash FROM log_head WHERE one = 1 FOR UPDATE";
            Head::read(&mut tx, lock).await?
        }
    };
    let (known, since) = current.known();
    let world = load::level(&mut tx, ((*known).clone(), since), &head).await?;
    let used = idempotency::find(&mut tx, keys).await?;
    Ok(Begun {
        tx,
        since,
        world,
        head,
        used,
    })
}

enum Wrote {
    Rows,
    Nothing,
}

async fn finish(
    tx: &mut Tx,
    batch: Batch,
    answers: &mut [Result<Planned, CommitError>],
    prune: Option<Timestamp>,
) -> Result<(World, Wrote), StoreError> {
    for planned in answers.iter_mut().filter_map(|answer| answer.as_mut().ok()) {
        if planned.replayed == Replay::Replayed && planned.change.is_none() {
            let entry = log::entry(tx, planned.position).await?;
            let entry = entry.ok_or_else(|| StoreError::corrupt("log", "an entry is missing"))?;
            planned.at = entry.at;
            planned.change = entry.change;
        }
    }
    for resolved in batch.resolved() {
        // Worlds do not hold resolved requests, so nobody has looked whether this is still so.
        if requests::one(tx, resolved.id).await?.as_ref() != Some(resolved) {
            return Err(StoreError::Constraint("requests_current"));
        }
    }
    if batch.is_empty() {
        return Ok((batch.into_world(), Wrote::Nothing));
    }
    let position = batch.head().position;
    let world = batch.write(tx).await?;
    if let Some(now) = prune {
        idempotency::prune(tx, now).await?;
        outbox::prune(tx, now).await?;
    }
    if tx.engine() == Engine::Postgres {
        let sql = "SELECT pg_notify($1, $2)";
        let values = vec![follower::CHANNEL.into(), position.to_string().into()];
        tx.fetch(sql, values).await?;
    }
    Ok((world, Wrote::Rows))
}
