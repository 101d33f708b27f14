//! The small façade over two engines: values, rows, connections and transactions.
//!
//! One SQL text serves both, with `$1` placeholders in statements written by hand. Only generated
//! bulk statements differ ([`bulk`](crate::bulk)): SQLite looks up every `$N` by its name, linearly.
//! Nothing here knows a table.

use std::{borrow::Cow, str::FromStr, time::Duration};

use futures::{StreamExt as _, TryStreamExt as _, stream::BoxStream};
use sqlx::{
    Arguments as _, AssertSqlSafe, ConnectOptions as _, Encode, PgPool, Postgres, Row as _, Sqlite,
    SqlitePool, Type,
    pool::PoolConnection,
    postgres::{PgArguments, PgConnectOptions, PgPoolOptions, PgRow},
    sqlite::{
        SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow,
        SqliteSynchronous,
    },
};
use uuid::Uuid;

use crate::{Engine, StoreError};

/// How long a connection may take to come about, so that a write fails quickly without a database.
const CONNECT: Duration = Duration::from_secs(3);
/// How long SQLite waits for another process's lock.
const BUSY: Duration = Duration::from_secs(3);
/// How long PostgreSQL lets one statement run; loading lifts it for itself.
const STATEMENT: Duration = Duration::from_secs(30);

/// A value to bind. A null keeps its type, because PostgreSQL wants to know it.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Int(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

macro_rules! value_from {
    ($($from:ty => $variant:ident, $convert:expr;)*) => {$(
        impl From<$from> for Value {
            fn from(value: $from) -> Self {
                Self::$variant(Some($convert(value)))
            }
        }
        impl From<Option<$from>> for Value {
            fn from(value: Option<$from>) -> Self {
                Self::$variant(value.map($convert))
            }
        }
    )*};
}
value_from! {
    i64 => Int, |v| v;
    String => Text, |v| v;
    &str => Text, str::to_owned;
    Uuid => Bytes, |v: Uuid| v.as_bytes().to_vec();
    Vec<u8> => Bytes, |v| v;
}

/// A row; columns are read by their place.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

macro_rules! get {
    ($row:expr, $index:expr) => {
        match $row {
            Self::Sqlite(row) => row.try_get($index),
            Self::Postgres(row) => row.try_get($index),
        }
        .map_err(StoreError::from)
    };
}

impl Row {
    pub(crate) fn int(&self, index: usize) -> Result<i64, StoreError> {
        get!(self, index)
    }
    pub(crate) fn opt_int(&self, index: usize) -> Result<Option<i64>, StoreError> {
        get!(self, index)
    }
    pub(crate) fn text(&self, index: usize) -> Result<&str, StoreError> {
        get!(self, index)
    }
    pub(crate) fn opt_text(&self, index: usize) -> Result<Option<&str>, StoreError> {
        get!(self, index)
    }
    pub(crate) fn bytes(&self, index: usize) -> Result<&[u8], StoreError> {
        get!(self, index)
    }
    pub(crate) fn uuid(&self, index: usize) -> Result<Uuid, StoreError> {
        uuid(self.bytes(index)?)
    }
    pub(crate) fn opt_uuid(&self, index: usize) -> Result<Option<Uuid>, StoreError> {
        let bytes: Option<&[u8]> = get!(self, index)?;
        bytes.map(uuid).transpose()
    }
}

fn uuid(bytes: &[u8]) -> Result<Uuid, StoreError> {
    Uuid::from_slice(bytes).map_err(|error| StoreError::corrupt("id", error))
}

/// Both engines' pools. SQLite has one connection that writes and several that read.
#[derive(Clone, Debug)]
pub(crate) enum Db {
    Sqlite {
        write: SqlitePool,
        read: SqlitePool,
        /// Keeps a database in memory alive when the writing connection has to be closed.
        keeper: Option<SqlitePool>,
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
            let options = PgConnectOptions::from_str(url)
                .map_err(|_| unknown(url))?
                .application_name("portcullis")
                .disable_statement_logging();
            let pool = PgPoolOptions::new()
                .max_connections(16)
                .acquire_timeout(CONNECT)
                .after_connect(|connection, _| {
                    Box::pin(async move {
                        let limit = STATEMENT.as_millis();
                        let sql = format!("SET statement_timeout = {limit}");
                        sqlx::query(AssertSqlSafe(sql)).execute(connection).await?;
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
            });
        }
        make_private(options.get_filename());
        let options = options.journal_mode(SqliteJournalMode::Wal);
        let write = pool()
            .max_connections(1)
            .connect_with(options.clone())
            .await?;
        let read = pool().max_connections(4).connect_lazy_with(options);
        let keeper = None;
        Ok(Self::Sqlite {
            write,
            read,
            keeper,
        })
    }

    pub(crate) const fn engine(&self) -> Engine {
        match self {
            Self::Sqlite { .. } => Engine::Sqlite,
            Self::Postgres { .. } => Engine::Postgres,
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
        let (conn, begin) = match self {
            Self::Sqlite { write, .. } => (Conn::Sqlite(write.acquire().await?), "BEGIN IMMEDIATE"),
            Self::Postgres { pool } => (Conn::Postgres(pool.acquire().await?), "BEGIN"),
        };
        Tx::begin(conn, begin).await
    }

    /// A transaction that reads one state of the database, however long it takes.
    pub(crate) async fn snapshot(&self) -> Result<Tx, StoreError> {
        let conn = self.reader().await?;
        match self {
            Self::Sqlite { .. } => Tx::begin(conn, "BEGIN").await,
            Self::Postgres { .. } => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                let mut tx = Tx::begin(conn, begin).await?;
                tx.execute("SET LOCAL statement_timeout = 0", vec![])
                    .await?;
                Ok(tx)
            }
        }
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
    let url = match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => url.to_owned(),
    };
    StoreError::Url { url }
}

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
        let sql = AssertSqlSafe(sql.into());
        Ok(match self {
            Self::Sqlite(conn) => {
                let query = sqlx::query_with(sql, sqlite_arguments(values)?);
                query.execute(&mut **conn).await?.rows_affected()
            }
            Self::Postgres(conn) => {
                let query = sqlx::query_with(sql, postgres_arguments(values)?);
                query.execute(&mut **conn).await?.rows_affected()
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
        self.stream(sql, values)?.try_collect().await
    }

    /// The rows of one statement as they come.
    pub(crate) fn stream(
        &mut self,
        sql: impl Into<Cow<'static, str>>,
        values: Vec<Value>,
    ) -> Result<BoxStream<'_, Result<Row, StoreError>>, StoreError> {
        let sql = AssertSqlSafe(sql.into());
        Ok(match self {
            Self::Sqlite(conn) => sqlx::query_with(sql, sqlite_arguments(values)?)
                .fetch(&mut **conn)
                .map(|row| Ok(Row::Sqlite(row?)))
                .boxed(),
            Self::Postgres(conn) => sqlx::query_with(sql, postgres_arguments(values)?)
                .fetch(&mut **conn)
                .map(|row| Ok(Row::Postgres(row?)))
                .boxed(),
        })
    }

    fn close_on_drop(&mut self) {
        match self {
            Self::Sqlite(conn) => conn.close_on_drop(),
            Self::Postgres(conn) => conn.close_on_drop(),
        }
    }
}

fn bind<'q, DB, A>(arguments: &mut A, value: Value) -> Result<(), sqlx::error::BoxDynError>
where
    DB: sqlx::Database,
    A: sqlx::Arguments<Database = DB>,
    Option<i64>: Encode<'q, DB> + Type<DB>,
    Option<String>: Encode<'q, DB> + Type<DB>,
    Option<Vec<u8>>: Encode<'q, DB> + Type<DB>,
{
    match value {
        Value::Int(value) => arguments.add(value),
        Value::Text(value) => arguments.add(value),
        Value::Bytes(value) => arguments.add(value),
    }
}

fn sqlite_arguments(values: Vec<Value>) -> Result<SqliteArguments, sqlx::Error> {
    let mut arguments = SqliteArguments::default();
    arguments.reserve(values.len(), 0);
    for value in values {
        bind::<Sqlite, _>(&mut arguments, value).map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

fn postgres_arguments(values: Vec<Value>) -> Result<PgArguments, sqlx::Error> {
    let mut arguments = PgArguments::default();
    arguments.reserve(values.len(), values.len() * 16);
    for value in values {
        bind::<Postgres, _>(&mut arguments, value).map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
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
    async fn begin(conn: Conn, sql: &'static str) -> Result<Self, StoreError> {
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
