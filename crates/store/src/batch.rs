//! A batch of commits while it is made: each proposal planned on the world the one before it left,
//! all rows collected, and written with few statements.

use std::{
    collections::{BTreeSet, HashMap},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use portcullis_model::{
    Allowed, ChangeSet, Context, Position, Refusal, RefusalCode, Request, Timestamp, World, guard,
    name,
};
use uuid::Uuid;

use crate::{
    CommitError, Committed, Effect, EffectSource, Engine, Replay, StoreError, actor, body, bulk,
    chain::Canonical,
    commit_span::CommitSpan,
    db::{Conn, Value},
    idempotency::{self, Key, Used},
    job::{Job, Source},
    log::Head,
    new_body::{NewBody, Parts},
    outbox::{self, Written},
    subjects,
    versions::Versions,
};

/// What a proposal will have become once the batch is written.
pub(crate) struct Planned {
    pub(crate) position: Position,
    pub(crate) at: Timestamp,
    /// `None` while it is still to be read from the log.
    pub(crate) change: Option<Arc<ChangeSet>>,
    pub(crate) replayed: Replay,
}

impl Planned {
    pub(crate) fn committed(self, world: &Arc<World>) -> Result<Committed, CommitError> {
        let unread = || CommitError::Internal("its log entry was not read".to_owned());
        Ok(Committed {
            position: self.position,
            at: self.at,
            change: self.change.ok_or_else(unread)?,
            world: Arc::clone(world),
            replayed: self.replayed,
        })
    }
}

/// What SQLite keeps of the pages it changes, in kB. Rows come in another order than those of four
/// indexes: with its usual 2 MB, nearly every row of an import writes pages out and reads others
/// back.
const ROOMY: &str = "PRAGMA cache_size = -160000";
const USUAL: &str = "PRAGMA cache_size = -2000; PRAGMA threads = 0";

/// Everything that says what commits mean outside.
pub(crate) type Sinks = Arc<[Arc<dyn EffectSource>]>;

/// The rows of a batch and the world it leads to.
pub(crate) struct Batch {
    world: World,
    head: Head,
    /// Idempotency keys used before, and by this batch so far.
    used: HashMap<Key, Used>,
    /// The batch's own commits, for replays within it.
    written: HashMap<Position, (Timestamp, Arc<ChangeSet>)>,
    versions: Versions,
    log: Vec<Vec<Value>>,
    edits: Vec<(Position, Parts)>,
    subjects: Vec<Vec<Value>>,
    /// By what names who and what the batch mentions are found.
    names: BTreeSet<(Uuid, String)>,
    actors: BTreeSet<(String, String)>,
    sinks: Sinks,
    effects: Vec<Written>,
    keys: Vec<(Key, Used, Timestamp)>,
}

impl Batch {
    pub(crate) fn new(world: World, head: Head, used: HashMap<Key, Used>, sinks: Sinks) -> Self {
        Self {
            world,
            head,
            used,
            written: HashMap::new(),
            versions: Versions::default(),
            log: Vec::new(),
            edits: Vec::new(),
            subjects: Vec::new(),
            names: BTreeSet::new(),
            actors: BTreeSet::new(),
            sinks,
            effects: Vec::new(),
            keys: Vec::new(),
        }
    }

    pub(crate) const fn head(&self) -> &Head {
        &self.head
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.log.is_empty()
    }

    pub(crate) fn into_world(self) -> World {
        self.world
    }

    pub(crate) fn resolved(&self) -> &[Request] {
        &self.versions.resolved
    }

    /// Builds and guards a job's change and adds its rows.
    pub(crate) fn plan(&mut self, job: &mut Job) -> Result<Planned, CommitError> {
        if let Some(replay) = self.replay(job)? {
            return Ok(replay);
        }
        // What was built before keeps the time it was built at.
        if let (Source::Build(..), Some(clock)) = (&job.source, &job.clock) {
            job.context.now = clock.now();
        }
        if let Source::Build(_, judged) = &mut job.source {
            *judged = judged
                .take()
                .filter(|it| it.counts(&self.world, &job.context, self.head.at));
            job.context.now = judged.as_ref().map_or(job.context.now, |it| it.at);
        }
        let context = &job.context;
        let source = std::mem::replace(&mut job.source, Source::Settled);
        let (world, sinks) = (&self.world, &self.sinks);
        // A panic in a builder, or in a sink asked about it, is its own caller's loss only. Nothing
        // of ours is half-changed by it: it sees the world by reference, and the rows are added
        // afterwards.
        let guarded = catch_unwind(AssertUnwindSafe(|| {
            guarded(source, world, context, sinks, &job.span)
        }));
        let (change, after, effects) = match guarded {
            Ok(guarded) => guarded?,
            Err(panic) => return Err(CommitError::Internal(message(&*panic))),
        };
        let change = Arc::new(change);
        if change.only_repeats() {
            job.source = Source::Built(Arc::clone(&change));
            return Ok(Planned {
                position: self.head.position,
                at: context.now.max(self.head.at),
                change: Some(change),
                replayed: Replay::Unchanged,
            });
        }
        let at = self.append(context, &change, &after)?;
        let position = self.head.position;
        let effects = effects.into_iter().map(|(sink, effect)| Written {
            position,
            at,
            sink,
            effect,
        });
        self.effects.extend(effects);
        if let (Some(key), Some(idempotency)) = (job.key(), &job.idempotency) {
            let used = Used {
                fingerprint: idempotency.fingerprint.clone(),
                position,
            };
            self.used.insert(key.clone(), used.clone());
            self.keys.push((key, used, at));
            self.written.insert(position, (at, Arc::clone(&change)));
        }
        self.world = after;
        job.source = Source::Built(Arc::clone(&change));
        Ok(Planned {
            position,
            at,
            change: Some(change),
            replayed: Replay::Fresh,
        })
    }

    /// What an earlier use of the job's key became.
    fn replay(&self, job: &Job) -> Result<Option<Planned>, CommitError> {
        let (Some(key), Some(idempotency)) = (job.key(), &job.idempotency) else {
            return Ok(None);
        };
        let Some(used) = self.used.get(&key) else {
            return Ok(None);
        };
        if used.fingerprint != idempotency.fingerprint {
            return Err(CommitError::KeyReused);
        }
        let here = self.written.get(&used.position);
        Ok(Some(Planned {
            position: used.position,
            at: here.map_or(self.head.at, |(at, _)| *at),
            change: here.map(|(_, change)| Arc::clone(change)),
            replayed: Replay::Replayed,
        }))
    }

    /// Adds the rows of one commit and moves the head.
    fn append(
        &mut self,
        context: &Context,
        change: &Arc<ChangeSet>,
        after: &World,
    ) -> Result<Timestamp, CommitError> {
        let position = self.head.position.next();
        let at = context.now.max(self.head.at);
        let body = NewBody::of(change);
        let body = body.map_err(|error| CommitError::Internal(error.to_string()))?;
        let subjects = subjects::of(change, &self.world, after);
        let actor = actor::to_text(context.actor);
        let user = context.actor.user();
        let login = user.and_then(|id| self.world.user(id).or_else(|| after.user(id)));
        let login = login.map(|user| user.login.as_str());
        let canonical = Canonical {
            position,
            at,
            actor: &actor,
            actor_login: login,
            operation: change.operation.as_str(),
            undoes: change.undoes,
            body: &body,
            subjects: &subjects,
        };
        let hash = canonical.hash(&self.head.hash);
        self.head = Head { position, at, hash };
        let number = position.0 as i64;
        let actor_key = name::key(login.unwrap_or(&actor));
        self.actors.insert((actor.clone(), actor_key.clone()));
        self.log.push(vec![
            number.into(),
            at.micros().into(),
            actor.as_str().into(),
            login.into(),
            actor_key.into(),
            change.operation.as_str().into(),
            change.undoes.map(|p| p.0 as i64).into(),
            body.text.as_str().into(),
            hash.to_vec().into(),
        ]);
        self.edits
            .extend(body.into_parts().map(|parts| (position, parts)));
        for (ordinal, subject) in (0i64..).zip(subjects) {
            let label_key = name::key(&subject.label);
            self.names.insert((subject.id, label_key.clone()));
            self.subjects.push(vec![
                number.into(),
                ordinal.into(),
                subject.kind.as_str().into(),
                subject.id.into(),
                label_key.into(),
                subject.label.into(),
            ]);
        }
        self.versions.record(change, position);
        Ok(at)
    }

    /// Writes everything; the world it leads to is true once the transaction is committed.
    pub(crate) async fn write(self, conn: &mut Conn) -> Result<World, StoreError> {
        let large = self.versions.len() >= bulk::MANY && conn.engine() == Engine::Sqlite;
        let columns = [
            "position",
            "at",
            "actor",
            "actor_login",
            "actor_key",
            "operation",
            "undoes",
            "body",
            "hash",
        ];
        bulk::insert(conn, "log", &columns, self.log).await?;
        for (position, parts) in self.edits {
            bulk::insert(conn, "log_edits", &body::COLUMNS, parts.rows(position)).await?;
        }
        let columns = ["position", "ordinal", "kind", "id", "label_key", "label"];
        bulk::insert(conn, "log_subjects", &columns, self.subjects).await?;
        // What stands before comes in the order it is kept in.
        if large {
            conn.execute(ROOMY, vec![]).await?;
        }
        self.versions.write(conn).await?;
        let names = self.names.into_iter();
        let names = names.map(|(id, key)| vec![id.into(), key.into()]);
        bulk::insert_missing(conn, "log_names", &["id", "key"], names).await?;
        let actors = self.actors.into_iter();
        let actors = actors.map(|(actor, key)| vec![actor.into(), key.into()]);
        bulk::insert_missing(conn, "log_actors", &["actor", "key"], actors).await?;
        outbox::write(conn, self.effects).await?;
        idempotency::write(conn, self.keys).await?;
        let sql = "UPDATE log_head SET position = $1, at = $2, hash = $3 WHERE one = 1";
        let values = vec![
            (self.head.position.0 as i64).into(),
            self.head.at.micros().into(),
            self.head.hash.to_vec().into(),
        ];
        conn.execute(sql, values).await?;
        if large {
            conn.execute(USUAL, vec![]).await?;
        }
        Ok(self.world)
    }
}

type Guarded = (ChangeSet, World, Vec<(String, Effect)>);

fn guarded(
    source: Source,
    world: &World,
    context: &Context,
    sinks: &Sinks,
    span: &CommitSpan,
) -> Result<Guarded, CommitError> {
    let (change, after) = match source {
        Source::Build(_, Some(judged)) => {
            span.planned(judged.allowed.change().operation);
            judged.allowed.into_parts()
        }
        Source::Build(build, None) => judge(world, build(world, context)?, context, span)?,
        Source::Built(change) => judge(world, Arc::unwrap_or_clone(change), context, span)?,
        Source::Settled => return Err(again().into()),
    };
    if change.is_empty() {
        return Ok((change, world.clone(), Vec::new()));
    }
    if change.only_repeats() {
        return Ok((change.left_as_it_was(), world.clone(), Vec::new()));
    }
    let effects = sinks.iter().flat_map(|sink| {
        let effects = sink.effects(&change, &after, context).into_iter();
        effects.map(|effect| (sink.name().to_owned(), effect))
    });
    let effects = effects.collect();
    Ok((change, after, effects))
}

fn judge(
    world: &World,
    change: ChangeSet,
    context: &Context,
    span: &CommitSpan,
) -> Result<(ChangeSet, World), Refusal> {
    span.planned(change.operation);
    match change.is_empty() {
        true => Ok((change, world.clone())),
        false => guard(world, change, context).map(Allowed::into_parts),
    }
}

/// A refused job whose batch was turned down: its builder is spent.
fn again() -> Refusal {
    Refusal::conflict(
        RefusalCode::ChangedMeanwhile,
        "somebody else changed the same at that moment",
        "try again",
    )
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "it panicked".to_owned())
}
