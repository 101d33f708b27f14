//! Connections and transactions of either engine.

use std::{borrow::Cow, time::Duration};

use futures::{StreamExt as _, TryStreamExt as _, stream::BoxStream};
use sqlx::{AssertSqlSafe, Postgres, Sqlite, pool::PoolConnection};
use tokio::time::{error::Elapsed, timeout};

use super::{
    Row, Value,
    value::{postgres_arguments, sqlite_arguments},
};
use crate::{Engine, StoreError};

/// How long a server that says nothing at all is waited for: a cable pulled sends no error.
const SILENCE: Duration = Duration::from_secs(20);

/// One connection.
pub(crate) enum Conn {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

impl Conn {
    pub(crate) const fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// Runs one statement and says how many rows it touched.
    pub(crate) async fn execute(
        &mut self,
        sql: impl Into<Cow<'static, str>>,
        values: Vec<Value>,
    ) -> Result<u64, StoreError> {
        let sql = AssertSqlSafe(self.said(sql.into(), &values));
        Ok(match self {
            Self::Sqlite(conn) => {
                let query = sqlx::query_with(sql, sqlite_arguments(values)?);
                query.execute(&mut **conn).await?.rows_affected()
            }
            Self::Postgres(conn) => {
                let query = sqlx::query_with(sql, postgres_arguments(values)?);
                let done = timeout(SILENCE, query.execute(&mut **conn)).await;
                answered(conn, done)?.rows_affected()
            }
        })
    }

    /// Runs a script of several statements.
    pub(crate) async fn script(&mut self, sql: String) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(conn) => {
                let script = sqlx::raw_sql(AssertSqlSafe(sql));
                script.execute(&mut **conn).await?;
            }
            Self::Postgres(conn) => {
                let script = sqlx::raw_sql(AssertSqlSafe(sql));
                script.execute(&mut **conn).await?;
            }
        }
        Ok(())
    }

    /// All rows of one statement.
    pub(crate) async fn fetch(
        &mut self,
        sql: impl Into<Cow<'static, str>>,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        let sql = AssertSqlSafe(self.said(sql.into(), &values));
        Ok(match self {
            Self::Sqlite(conn) => {
                let query = sqlx::query_with(sql, sqlite_arguments(values)?);
                let rows = query.fetch_all(&mut **conn).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
            Self::Postgres(conn) => {
                let query = sqlx::query_with(sql, postgres_arguments(values)?);
                let rows = timeout(SILENCE, query.fetch_all(&mut **conn)).await;
                let rows = answered(conn, rows)?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// The rows of one statement as they come; in a transaction, which is closed if they stop.
    pub(crate) fn stream(
        &mut self,
        sql: impl Into<Cow<'static, str>>,
        values: Vec<Value>,
    ) -> Result<BoxStream<'_, Result<Row, StoreError>>, StoreError> {
        let sql = AssertSqlSafe(self.said(sql.into(), &values));
        Ok(match self {
            Self::Sqlite(conn) => sqlx::query_with(sql, sqlite_arguments(values)?)
                .fetch(&mut **conn)
                .map(|row| Ok(Row::Sqlite(row?)))
                .boxed(),
            Self::Postgres(conn) => {
                let query = sqlx::query_with(sql, postgres_arguments(values)?);
                let rows = query.fetch(&mut **conn);
                futures::stream::try_unfold(rows, async |mut rows| {
                    let row = timeout(SILENCE, rows.try_next()).await;
                    let row = row.map_err(|_| silent())??;
                    Ok(row.map(|row| (Row::Postgres(row), rows)))
                })
                .boxed()
            }
        })
    }

    /// The text of a statement; tests hear it, and ask the engine how it would go about it.
    #[cfg_attr(
        not(test),
        expect(clippy::unused_self, reason = "tests hear which engine it is")
    )]
    fn said(&self, sql: Cow<'static, str>, values: &[Value]) -> Cow<'static, str> {
        #[cfg(test)]
        super::heard::hear(self.engine(), &sql, values);
        let _ = values;
        sql
    }

    fn close_on_drop(&mut self) {
        match self {
            Self::Sqlite(conn) => conn.close_on_drop(),
            Self::Postgres(conn) => conn.close_on_drop(),
        }
    }
}

/// What the server answered; one that says nothing loses the connection.
fn answered<T>(
    conn: &mut PoolConnection<Postgres>,
    answer: Result<Result<T, sqlx::Error>, Elapsed>,
) -> Result<T, StoreError> {
    match answer {
        Ok(answer) => Ok(answer?),
        Err(_) => {
            conn.close_on_drop();
            Err(silent())
        }
    }
}

fn silent() -> StoreError {
    let error = std::io::Error::new(std::io::ErrorKind::TimedOut, "the server says nothing");
    sqlx::Error::Io(error).into()
}

/// A transaction. Dropped before its end, it closes its connection: whatever state a half-run
/// `BEGIN` or `COMMIT` left there, nobody inherits it (sqlx 0.9 can return it to the pool open).
pub(crate) struct Tx {
    conn: Conn,
    open: Open,
}

#[derive(PartialEq)]
enum Open {
    Open,
    Ended,
}

impl Tx {
    pub(super) async fn begin(conn: Conn, sql: &'static str) -> Result<Self, StoreError> {
        let mut tx = Self {
            conn,
            open: Open::Open,
        };
        tx.conn.execute(sql, vec![]).await?;
        Ok(tx)
    }

    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        self.conn.execute("COMMIT", vec![]).await?;
        self.open = Open::Ended;
        Ok(())
    }

    pub(crate) async fn rollback(mut self) -> Result<(), StoreError> {
        self.conn.execute("ROLLBACK", vec![]).await?;
        self.open = Open::Ended;
        Ok(())
    }
}

impl std::ops::Deref for Tx {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl std::ops::DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        if self.open == Open::Open {
            self.conn.close_on_drop();
        }
    }
}
