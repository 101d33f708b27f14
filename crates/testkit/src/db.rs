//! Fresh databases on both engines.

use anyhow::Result;
use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection};
use tempfile::TempDir;

use crate::pg::{self, TestDatabase};

/// A fresh, empty database of one engine; it is gone when this value is.
#[derive(Debug)]
pub struct Database {
    /// `sqlite` or `postgres`, for messages of failed assertions.
    pub name: &'static str,
    /// What sqlx connects to.
    pub url: String,
    guard: Guard,
}

/// What keeps a database alive.
#[derive(Debug)]
enum Guard {
    Sqlite(#[expect(dead_code, reason = "held for its Drop")] TempDir),
    Postgres(#[expect(dead_code, reason = "held for its Drop")] TestDatabase),
}

impl Database {
    /// Runs a script of statements, as it stands.
    ///
    /// # Errors
    /// When the database refuses one of them.
    pub async fn script(&self, sql: String) -> Result<()> {
        let script = sqlx::raw_sql(sqlx::AssertSqlSafe(sql));
        match self.guard {
            Guard::Sqlite(_) => {
                let mut connection = SqliteConnection::connect(&self.url).await?;
                connection.execute(script).await?;
                connection.close().await?;
            }
            Guard::Postgres(_) => {
                let mut connection = PgConnection::connect(&self.url).await?;
                connection.execute(script).await?;
                connection.close().await?;
            }
        }
        Ok(())
    }

    /// Whether this database is PostgreSQL, for the few tests that are about an engine.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        matches!(self.guard, Guard::Postgres(_))
    }
}

/// One fresh database per engine: SQLite always, PostgreSQL when the run has one (see [`pg::database`]).
///
/// ```no_run
/// # async fn test() -> anyhow::Result<()> {
/// for db in portcullis_testkit::databases().await? {
///     let pool = connect(&db.url).await?;
///     assert_eq!(pool.count().await?, 0, "on {}", db.name);
/// }
/// # Ok(()) }
/// # struct Pool; impl Pool { async fn count(&self) -> anyhow::Result<i64> { Ok(0) } }
/// # async fn connect(_: &str) -> anyhow::Result<Pool> { Ok(Pool) }
/// ```
///
/// # Errors
/// When the temporary folder or the PostgreSQL database cannot be made.
pub async fn databases() -> Result<Vec<Database>> {
    let mut databases = vec![on_sqlite()?];
    databases.extend(on_postgres().await?);
    Ok(databases)
}

/// The URL of a SQLite file that does not exist yet (sqlx makes it), in a folder that goes with the guard.
///
/// # Errors
/// When the temporary folder cannot be made.
pub fn sqlite_file() -> Result<(TempDir, String)> {
    let folder = TempDir::with_prefix("portcullis-test-")?;
    let url = format!(
        "sqlite://{}?mode=rwc",
        folder.path().join("test.sqlite").display()
    );
    Ok((folder, url))
}

/// Runs one async test body on a fresh database of every engine, as one test per engine.
///
/// The body takes a [`Database`] and returns `anyhow::Result<()>`. The test on PostgreSQL passes without doing
/// anything where there is no PostgreSQL, which `cargo xtask test` says loudly and CI does not allow.
///
/// ```
/// portcullis_testkit::both_engines! {
///     async fn starts_empty(db: Database) {
///         assert!(!db.url.is_empty());
///     }
/// }
/// ```
#[macro_export]
macro_rules! both_engines {
    ($($(#[$attribute:meta])* async fn $name:ident($db:ident: Database) $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports, reason = "a body may need nothing of its module")]
            use super::*;

            async fn body($db: $crate::Database) -> $crate::db::TestResult {
                $body
                Ok(())
            }

            $(#[$attribute])*
            #[test]
            fn sqlite() -> $crate::db::TestResult {
                $crate::db::block_on(async { body($crate::db::on_sqlite()?).await })
            }

            $(#[$attribute])*
            #[test]
            fn postgres() -> $crate::db::TestResult {
                $crate::db::block_on(async {
                    match $crate::db::on_postgres().await? {
                        Some(db) => body(db).await,
                        None => Ok(()),
                    }
                })
            }
        }
    )+};
}

/// What a test body of [`both_engines!`] returns; any error will do.
pub type TestResult = Result<()>;

/// A fresh SQLite database.
///
/// # Errors
/// When the temporary folder cannot be made.
pub fn on_sqlite() -> Result<Database> {
    let (folder, url) = sqlite_file()?;
    Ok(Database {
        name: "sqlite",
        url,
        guard: Guard::Sqlite(folder),
    })
}

/// A fresh PostgreSQL database, or `None` where the run has no PostgreSQL (see [`pg::database`]).
///
/// # Errors
/// When the server refuses.
pub async fn on_postgres() -> Result<Option<Database>> {
    Ok(pg::database().await?.map(|database| Database {
        name: "postgres",
        url: database.url().to_owned(),
        guard: Guard::Postgres(database),
    }))
}

/// Runs a future to its end on a runtime with two worker threads, as the program itself has several.
///
/// # Errors
/// Those of the future, and when the runtime cannot start.
pub fn block_on(future: impl Future<Output = TestResult>) -> TestResult {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?
        .block_on(future)
}
