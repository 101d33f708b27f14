//! The small façade over two engines: values, rows, connections and transactions.
//!
//! One SQL text serves both, with `$1` placeholders in statements written by hand. Only generated
//! bulk statements differ ([`bulk`](crate::bulk)): SQLite looks up every `$N` by its name, linearly.
//! Nothing here knows a table.

mod conn;
mod encrypted;
mod file;
#[cfg(test)]
pub(crate) mod heard;
mod redact;
mod value;

use std::{
    borrow::Cow,
    str::FromStr,
    time::{Duration, Instant},
};

use sqlx::{
    ConnectOptions as _, PgPool, SqlitePool,
    error::DatabaseError,
    postgres::PgPoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use self::file::Opened;
pub use self::redact::redact_url;
pub(crate) use self::{
    conn::{Conn, Tx},
    value::{Row, Value},
};
use crate::{Engine, StoreError};

/// How long a connection may take to come about, so that a write fails quickly without a database.
const CONNECT: Duration = Duration::from_secs(3);
/// How long SQLite waits for another process's lock.
const BUSY: Duration = Duration::from_secs(3);
/// How long a task of this process waits for SQLite's one writing connection: a touch waits until
/// a large import is through.
const TURN: Duration = Duration::from_secs(60);
/// What a PostgreSQL session allows itself: a statement 15 s (loading lifts it for its own), and a
/// transaction in which nothing happens a minute. A replica whose network dies must not keep the
/// writer's place until the server notices by itself, which takes it two hours.
const SESSION: &str =
    "SET statement_timeout = '15s'; SET idle_in_transaction_session_timeout = '60s'";

/// Both engines' pools. SQLite has one connection that writes and several that read.
#[derive(Clone, Debug)]
pub(crate) enum Db {
    Sqlite {
        write: SqlitePool,
        read: SqlitePool,
        /// Keeps a database in memory alive when the writing connection has to be closed.
        keeper: Option<SqlitePool>,
        /// The file, where it is one.
        file: Option<Opened>,
    },
    Postgres {
        pool: PgPool,
    },
}

impl Db {
    pub(crate) async fn open(url: &str) -> Result<Self, StoreError> {
        if url.starts_with("sqlite:") {
            Self::open_sqlite(url).await
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let options = encrypted::options(url)?
                .ok_or_else(|| unknown(url))?
                .application_name("portcullis")
                .statement_cache_capacity(512)
                .disable_statement_logging();
            let pool = PgPoolOptions::new()
                .max_connections(16)
                .acquire_timeout(CONNECT)
                .after_connect(|connection, _| {
                    Box::pin(async move {
                        sqlx::raw_sql(SESSION).execute(connection).await?;
                        Ok(())
                    })
                })
                .connect_with(options)
                .await?;
            Ok(Self::Postgres { pool })
        } else {
            Err(unknown(url))
        }
    }

    async fn open_sqlite(url: &str) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::from_str(url)
            .map_err(|_| unknown(url))?
            .create_if_missing(true)
            .busy_timeout(BUSY)
            .foreign_keys(true)
            .synchronous(SqliteSynchronous::Full)
            .statement_cache_capacity(512)
            .row_buffer_size(1024)
            .disable_statement_logging();
        // A database in memory lives as long as a connection to it: none may ever be retired.
        let pool = || {
            SqlitePoolOptions::new()
                .acquire_timeout(BUSY + CONNECT)
                .idle_timeout(None)
                .max_lifetime(None)
                .test_before_acquire(false)
        };
        if url.starts_with("sqlite::memory:") {
            let keeper = pool()
                .max_connections(1)
                .connect_with(options.clone())
                .await?;
            let write = pool().max_connections(1).connect_with(options).await?;
            return Ok(Self::Sqlite {
                read: write.clone(),
                write,
                keeper: Some(keeper),
                file: None,
            });
        }
        let path = options.get_filename().to_owned();
        make_private(&path);
        let options = options.journal_mode(SqliteJournalMode::Wal);
        // Whoever is first makes it one with a log of its own, for which SQLite lets nobody wait.
        let began = Instant::now();
        let write = loop {
            let pool = pool().max_connections(1).acquire_timeout(TURN);
            match pool.connect_with(options.clone()).await {
                Err(error) if is_locked(&error) && began.elapsed() < BUSY => {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                opened => break opened?,
            }
        };
        let read = pool().max_connections(4).connect_lazy_with(options);
        Ok(Self::Sqlite {
            write,
            read,
            keeper: None,
            file: Some(Opened::at(&path)),
        })
    }

    pub(crate) const fn engine(&self) -> Engine {
        match self {
            Self::Sqlite { .. } => Engine::Sqlite,
            Self::Postgres { .. } => Engine::Postgres,
        }
    }

    /// Closes all connections, in order.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite {
                write,
                read,
                keeper,
                file: _,
            } => {
                read.close().await;
                write.close().await;
                if let Some(keeper) = keeper {
                    keeper.close().await;
                }
            }
            Self::Postgres { pool } => pool.close().await,
        }
    }

    /// Whether what was opened is still what its address leads to.
    ///
    /// # Errors
    /// [`StoreError::Replaced`]
    pub(crate) fn stands(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite {
                file: Some(file), ..
            } => file.stands(),
            Self::Sqlite { .. } | Self::Postgres { .. } => Ok(()),
        }
    }

    /// A connection for single statements that only read.
    pub(crate) async fn reader(&self) -> Result<Conn, StoreError> {
        Ok(match self {
            Self::Sqlite { read, .. } => Conn::Sqlite(read.acquire().await?),
            Self::Postgres { pool } => Conn::Postgres(pool.acquire().await?),
        })
    }

    /// The rows of one statement.
    pub(crate) async fn fetch(
        &self,
        sql: impl Into<Cow<'static, str>>,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        self.reader().await?.fetch(sql, values).await
    }

    /// A transaction that writes. On SQLite it has the writer's place from its first statement.
    pub(crate) async fn write(&self) -> Result<Tx, StoreError> {
        self.stands()?;
        let (conn, begin) = match self {
            Self::Sqlite { write, .. } => (Conn::Sqlite(write.acquire().await?), "BEGIN IMMEDIATE"),
            Self::Postgres { pool } => (Conn::Postgres(pool.acquire().await?), "BEGIN"),
        };
        Tx::begin(conn, begin).await
    }

    /// A transaction that reads one state of the database, however long it takes.
    pub(crate) async fn snapshot(&self) -> Result<Tx, StoreError> {
        let conn = self.reader().await?;
        let begin = match self {
            Self::Sqlite { .. } => "BEGIN",
            Self::Postgres { .. } => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        Tx::begin(conn, begin).await
    }
}

/// A new database file is for its owner's eyes: it holds who may do what.
pub(crate) fn make_private(path: &std::path::Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // Where this fails, connecting fails too, and with the better message.
        let mut options = std::fs::OpenOptions::new();
        let _ = options.write(true).create_new(true).mode(0o600).open(path);
    }
    #[cfg(not(unix))]
    let _ = path;
}

fn unknown(url: &str) -> StoreError {
    let url = redact_url(url);
    // What may be mistyped is not shown in parts: nobody knows where its password would end.
    let url = match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => url,
    };
    StoreError::Url { url }
}

/// Whether somebody else holds the database.
fn is_locked(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    code.is_some_and(|code| code == "5")
}
