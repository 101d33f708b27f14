//! Multi-row statements, generated. Their sizes are powers of two, so that few texts exist and the
//! connection's cache of prepared statements has them all after a while.

use std::{
    fmt::Write as _,
    future::{Future as _, poll_fn},
    task::Poll,
};

use crate::{
    Engine, StoreError,
    db::{Conn, Value},
};

/// The most rows in one statement.
const ROWS: usize = 512;
/// The most values in one statement: SQLite's limit is 32,766.
const VALUES: usize = 30_000;

/// Rows, of which no more need exist at a time than go into one statement.
pub(crate) trait Rows:
    IntoIterator<Item = Vec<Value>, IntoIter: ExactSizeIterator + Send> + Send
{
}

impl<T> Rows for T where
    T: IntoIterator<Item = Vec<Value>, IntoIter: ExactSizeIterator + Send> + Send
{
}

/// Inserts `rows`, each with one value for each of `columns`.
pub(crate) async fn insert(
    conn: &mut Conn,
    table: &str,
    columns: &[&str],
    rows: impl Rows,
) -> Result<(), StoreError> {
    insert_with(conn, table, columns, rows, "").await
}

/// So many rows at once are worth more memory, and that a table that was empty is indexed once they
/// are all in it.
pub(crate) const MANY: usize = 20_000;

/// How SQLite makes an index of many rows: in runs of so much memory, sorted on other threads meanwhile.
const SORTING: &str = "PRAGMA cache_size = -32000; PRAGMA threads = 2";

/// Inserts `rows` as [`insert`] does. Rows come in another order than most indexes have: of many in a table
/// that was empty, SQLite makes these by sorting, in a fifth of the time and without writing pages twice.
pub(crate) async fn fill(
    conn: &mut Conn,
    table: &str,
    columns: &[&str],
    rows: impl Rows,
) -> Result<(), StoreError> {
    let rows = rows.into_iter();
    let mut indexes = Vec::new();
    if rows.len() >= MANY && conn.engine() == Engine::Sqlite {
        let sql = format!("SELECT 1 FROM {table} LIMIT 1");
        if conn.fetch(sql, vec![]).await?.is_empty() {
            let sql = "SELECT name, sql FROM sqlite_master \
                       WHERE type = 'index' AND tbl_name = $1 AND sql IS NOT NULL";
            indexes = conn.fetch(sql, vec![table.into()]).await?;
        }
    }
    if !indexes.is_empty() {
        conn.execute(SORTING, vec![]).await?;
    }
    for index in &indexes {
        let sql = format!("DROP INDEX {}", index.text(0)?);
        conn.execute(sql, vec![]).await?;
    }
    insert(conn, table, columns, rows).await?;
    for index in &indexes {
        conn.execute(index.text(1)?.to_owned(), vec![]).await?;
    }
    Ok(())
}

/// Inserts those of `rows` that no uniqueness rule stands against.
pub(crate) async fn insert_missing(
    conn: &mut Conn,
    table: &str,
    columns: &[&str],
    rows: impl Rows,
) -> Result<(), StoreError> {
    insert_with(conn, table, columns, rows, " ON CONFLICT DO NOTHING").await
}

pub(crate) async fn insert_with(
    conn: &mut Conn,
    table: &str,
    columns: &[&str],
    rows: impl Rows,
    tail: &str,
) -> Result<(), StoreError> {
    let (engine, width) = (conn.engine(), columns.len());
    let head = format!("INSERT INTO {table} ({}) VALUES ", columns.join(", "));
    let sql = |rows| format!("{head}{}{tail}", places(engine, rows, width));
    run(conn, width, rows, sql).await.map(|_| ())
}

/// Ends the current versions of records of `table` at positions; says how many there were.
pub(crate) async fn close(
    conn: &mut Conn,
    table: &str,
    rows: impl Rows,
) -> Result<u64, StoreError> {
    let engine = conn.engine();
    // SQLite would rather make an index of the few rows and walk the whole table past it; what is no
    // plain column cannot be made an index of.
    let id = match engine {
        Engine::Sqlite => "+ends.column1",
        Engine::Postgres => "ends.column1",
    };
    run(conn, 2, rows, |rows| {
        // Both engines call the columns of VALUES column1, column2.
        format!(
            "UPDATE {table} SET removed_pos = ends.column2 FROM (VALUES {}) AS ends \
             WHERE {table}.id = {id} AND {table}.removed_pos IS NULL",
            places(engine, rows, 2)
        )
    })
    .await
}

async fn run(
    conn: &mut Conn,
    width: usize,
    rows: impl Rows,
    sql: impl Fn(usize) -> String,
) -> Result<u64, StoreError> {
    let most = ROWS.min(previous_power_of_two(VALUES / width.max(1)));
    let mut touched = 0;
    let mut rows = rows.into_iter();
    let mut next = || {
        let take = most.min(previous_power_of_two(rows.len()));
        let values: Vec<_> = rows.by_ref().take(take).flatten().collect();
        (take, values)
    };
    let (mut take, mut values) = next();
    while !values.is_empty() {
        // The engine works on another thread: once it has these rows, the next are made.
        let mut written = std::pin::pin!(conn.execute(sql(take), values));
        let early = poll_fn(|context| Poll::Ready(written.as_mut().poll(context))).await;
        (take, values) = next();
        touched += match early {
            Poll::Ready(written) => written?,
            Poll::Pending => written.await?,
        };
    }
    Ok(touched)
}

const fn previous_power_of_two(n: usize) -> usize {
    if n == 0 { 1 } else { 1 << n.ilog2() }
}

/// `(?, ?), (?, ?)`, or with numbers for PostgreSQL. SQLite takes `$N` for a name and searches it
/// linearly: 32,000 of them in one statement took 45 s against 1 s.
fn places(engine: Engine, rows: usize, width: usize) -> String {
    let mut text = String::with_capacity(rows * width * 6);
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..width {
            if column > 0 {
                text.push_str(", ");
            }
            match engine {
                Engine::Sqlite => text.push('?'),
                Engine::Postgres => {
                    let _ = write!(text, "${}", row * width + column + 1);
                }
            }
        }
        text.push(')');
    }
    text
}
