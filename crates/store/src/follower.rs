//! Following what other processes write: on PostgreSQL told by NOTIFY, and on both engines by a
//! look at the head of the log each second, because a notification can be lost.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use sqlx::postgres::PgListener;
use tokio::task::JoinHandle;

use crate::{
    Engine, StoreError,
    current::Current,
    db::Db,
    load,
    log::{HEAD, Head},
};

/// The channel on which a commit tells its position.
pub(crate) const CHANNEL: &str = "portcullis_log";
/// A standby may be behind by any time: it has no head, so that what is read there confirms nothing.
const PRIMARY_HEAD: &str =
    "SELECT position, at, hash FROM log_head WHERE one = 1 AND NOT pg_is_in_recovery()";
/// How often the head is looked at without being told.
const POLL: Duration = Duration::from_secs(1);
/// How long subscribing may take.
const LISTEN: Duration = Duration::from_secs(5);

pub(crate) fn start(current: &Arc<Current>) -> Option<JoinHandle<()>> {
    match current.store.db() {
        // Nobody else can write to this process's memory.
        Db::Sqlite {
            keeper: Some(_), ..
        } => None,
        _ => Some(tokio::spawn(run(Arc::clone(current)))),
    }
}

async fn run(current: Arc<Current>) {
    let mut listener = None;
    let mut answering = Answering::Yes;
    loop {
        if listener.is_none() {
            let listening = tokio::time::timeout(LISTEN, listen(current.store.db()));
            listener = listening.await.ok().flatten();
        }
        match catch_up(&current).await {
            Ok(()) => answering = Answering::Yes,
            Err(error) if answering == Answering::Yes => {
                tracing::warn!(%error, "the log cannot be followed; trying on");
                answering = Answering::No;
            }
            Err(_) => {}
        }
        if !wait(&mut listener).await {
            listener = None;
        }
    }
}

#[derive(PartialEq)]
enum Answering {
    Yes,
    No,
}

async fn listen(db: &Db) -> Option<PgListener> {
    let Db::Postgres { pool } = db else {
        return None;
    };
    let mut listener = PgListener::connect_with(pool).await.ok()?;
    listener.listen(CHANNEL).await.ok()?;
    Some(listener)
}

/// Waits to be told or for the next look; says whether the listener is still good.
async fn wait(listener: &mut Option<PgListener>) -> bool {
    let Some(listener) = listener else {
        tokio::time::sleep(POLL).await;
        return true;
    };
    match tokio::time::timeout(POLL, listener.recv()).await {
        // Told, or time for a look.
        Ok(Ok(_)) | Err(_) => true,
        Ok(Err(_)) => {
            tokio::time::sleep(POLL).await;
            false
        }
    }
}

async fn catch_up(current: &Current) -> Result<(), StoreError> {
    let db = current.store.db();
    db.stands()?;
    let (world, since) = current.known();
    let began = Instant::now();
    let look = match current.store.engine() {
        Engine::Sqlite => HEAD,
        Engine::Postgres => PRIMARY_HEAD,
    };
    let head = Head::read(&mut db.reader().await?, look).await?;
    if head.is_of(&world, &since) {
        current.confirm(began);
        return Ok(());
    }
    // What our own writer has just written it knows already: an import is a million edits to read.
    if current.is_writing() || current.known().1 != since {
        return Ok(());
    }
    let mut tx = db.snapshot().await?;
    let head = Head::read(&mut tx, HEAD).await?;
    let world = load::level(&mut tx, ((*world).clone(), since), &head).await?;
    tx.rollback().await?;
    current.advance(since, Arc::new(world), &head);
    current.confirm(began);
    Ok(())
}
