//! Loading a world: the current one or that of any position, by the same statement and the same
//! code. Rows are decoded on one thread while another builds the world.

use futures::TryStreamExt as _;
use portcullis_model::{Change, Position, RecordKind, World};
use tokio::sync::mpsc;

use crate::{
    Engine, StoreError,
    db::Conn,
    log::{HEAD, Head},
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
    if conn.engine() == Engine::Postgres {
        // A million rows may take longer than any other statement is allowed to.
        conn.execute("SET LOCAL statement_timeout = 0", vec![])
            .await?;
    }
    let head = Head::read(conn, HEAD).await?.position;
    let (position, rows_of) = match when {
        When::Now => (head, When::Now),
        When::At(wanted) if wanted > head => return Err(StoreError::Beyond { wanted, head }),
        When::At(wanted) if wanted == head => (head, When::Now),
        When::At(wanted) => (wanted, When::At(wanted)),
    };
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
