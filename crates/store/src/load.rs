//! Loading a world: the current one or that of any position, by the same statement and the same
//! code. Rows are decoded on one thread while another builds the world.

use std::collections::HashMap;

use futures::TryStreamExt as _;
use portcullis_model::{Change, Position, RecordKind, World};
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::{
    Engine, StoreError,
    chain::Hash,
    db::Conn,
    log::{self, HEAD, Head},
    tables::{self, Reading},
};

/// How many records travel together from the decoder to the builder.
const CHUNK: usize = 1024;

/// Which world.
#[derive(Clone, Copy, Debug)]
pub(crate) enum When {
    /// The one at the head of the log.
    Now,
    /// The one right after that position was committed.
    At(Position),
}

/// Loads a world within one transaction, which must see one state of the database.
pub(crate) async fn world(conn: &mut Conn, when: When) -> Result<World, StoreError> {
    let head = Head::read(conn, HEAD).await?.position;
    match when {
        When::Now => build(conn, head, When::Now).await,
        When::At(wanted) if wanted > head => Err(StoreError::Beyond { wanted, head }),
        When::At(wanted) if wanted == head => build(conn, head, When::Now).await,
        When::At(wanted) => build(conn, wanted, when).await,
    }
}

/// The same at the log's `head`.
pub(crate) async fn current(conn: &mut Conn, head: &Head) -> Result<World, StoreError> {
    build(conn, head.position, When::Now).await
}

async fn build(conn: &mut Conn, position: Position, rows_of: When) -> Result<World, StoreError> {
    if conn.engine() == Engine::Postgres {
        // A million rows may take longer than any other statement is allowed to.
        conn.execute("SET LOCAL statement_timeout = 0", vec![])
            .await?;
    }
    let (send, mut receive) = mpsc::channel::<Vec<Change>>(8);
    let build = tokio::task::spawn_blocking(move || {
        let chunks = std::iter::from_fn(|| receive.blocking_recv());
        World::load(chunks.flatten(), position)
    });
    let mut reading = Reading::default();
    for family in RecordKind::ALL {
        if send_family(conn, family, rows_of, &mut reading, &send)
            .await?
            .is_gone()
        {
            break;
        }
    }
    drop(send);
    build
        .await
        .map_err(|error| StoreError::corrupt("world", error))?
        .map_err(|refusal| StoreError::corrupt("world", refusal))
}

/// `known`, a world and the hash of the last entry that it holds, brought level with the log's `head`:
/// followed where the log goes on from it, and loaded anew otherwise.
pub(crate) async fn level(
    conn: &mut Conn,
    known: (World, Hash),
    head: &Head,
) -> Result<World, StoreError> {
    if head.is_of(&known.0, &known.1) {
        return Ok(known.0);
    }
    match log::follow(conn, known, head).await? {
        Some(world) => Ok(world),
        None => current(conn, head).await,
    }
}

/// As many records may differ as one in this many of those there are; more, and loading anew is
/// quicker.
const ONE_IN: usize = 4;
/// So many may differ in any case.
const FEW: usize = 2_000;

/// The world at `wanted`, made from `near` where that is later and little differs.
pub(crate) async fn near(
    conn: &mut Conn,
    near: Option<&World>,
    wanted: Position,
) -> Result<World, StoreError> {
    if let Some(near) = near.filter(|near| wanted < near.position())
        && let Some(shared) = earlier(conn, near, wanted).await?
    {
        return Ok(shared);
    }
    world(conn, When::At(wanted)).await
}

/// The world at `wanted`, which is before `near`: what began or ended between the two is taken back,
/// and the rest is shared. `None` where too much did.
async fn earlier(
    conn: &mut Conn,
    near: &World,
    wanted: Position,
) -> Result<Option<World>, StoreError> {
    let most = FEW + near.membership_count() / ONE_IN;
    let (from, to) = (wanted.0 as i64, near.position().0 as i64);
    let (mut reading, mut edits) = (Reading::default(), Vec::new());
    for family in RecordKind::ALL {
        let (select, width) = (tables::select(family, conn.engine()), tables::width(family));
        let (table, only) = (family.plural(), tables::in_world(family));
        let rows = format!("SELECT {select}, id, added_pos, removed_pos FROM {table}");
        let sql = format!(
            "{rows} WHERE added_pos > $1{only} \
             UNION ALL {rows} WHERE removed_pos > $1 AND added_pos <= $1{only} LIMIT {}",
            most + 1
        );
        let rows = conn.fetch(sql, vec![from.into()]).await?;
        if rows.len() + edits.len() > most {
            return Ok(None);
        }
        let mut sides: HashMap<Uuid, (Option<Change>, Option<Change>)> = HashMap::new();
        for row in rows {
            let (added, removed) = (row.int(width + 1)?, row.opt_int(width + 2)?);
            let held = |at| added <= at && removed.is_none_or(|removed| removed > at);
            let (here, there) = sides.entry(row.uuid(width)?).or_default();
            if held(to) {
                *here = Some(tables::read(family, &row, &mut reading)?);
            }
            if held(from) {
                *there = Some(tables::read(family, &row, &mut reading)?);
            }
        }
        let sides = sides.into_values();
        edits.extend(sides.filter_map(|(here, there)| Change::between(here, there)));
    }
    let near = near.clone();
    let built = tokio::task::spawn_blocking(move || near.at_other(edits, wanted)).await;
    match built.map_err(|error| StoreError::corrupt("world", error))? {
        Ok(world) => Ok(Some(world)),
        Err(refusal) => {
            tracing::debug!(position = %wanted, %refusal, "a past world is loaded anew");
            Ok(None)
        }
    }
}

enum Builder {
    Listens,
    Gone,
}

impl Builder {
    const fn is_gone(&self) -> bool {
        matches!(self, Self::Gone)
    }
}

async fn send_family(
    conn: &mut Conn,
    family: RecordKind,
    when: When,
    reading: &mut Reading,
    send: &mpsc::Sender<Vec<Change>>,
) -> Result<Builder, StoreError> {
    let columns = tables::select(family, conn.engine());
    let table = family.plural();
    let (held, values) = match when {
        When::Now => ("removed_pos IS NULL", vec![]),
        When::At(position) => (
            "added_pos <= $1 AND (removed_pos IS NULL OR removed_pos > $1)",
            vec![(position.0 as i64).into()],
        ),
    };
    let only = tables::in_world(family);
    // Nearly every row is wanted: looking each up by the index of the current ones takes four times
    // what reading the table does.
    let whole = match conn.engine() {
        Engine::Sqlite => " NOT INDEXED",
        Engine::Postgres => "",
    };
    let sql = format!("SELECT {columns} FROM {table}{whole} WHERE {held}{only}");
    let mut rows = conn.stream(sql, values)?;
    let mut chunk = Vec::with_capacity(CHUNK);
    while let Some(row) = rows.try_next().await? {
        chunk.push(tables::read(family, &row, reading)?);
        if chunk.len() == CHUNK {
            let full = std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK));
            if send.send(full).await.is_err() {
                return Ok(Builder::Gone);
            }
        }
    }
    Ok(match send.send(chunk).await {
        Ok(()) => Builder::Listens,
        Err(_) => Builder::Gone,
    })
}
