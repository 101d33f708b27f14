//! Fresh PostgreSQL databases in the cluster of the test run.
//!
//! nextest starts one throw-away cluster per run (`.config/nextest.toml`) and names it in `PORTCULLIS_TEST_PG`.

use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context as _, Result};
use sqlx::{Connection as _, Executor as _, PgConnection};

/// The variable that names the server: a URL of a database whose user may create others.
pub const URL_VARIABLE: &str = "PORTCULLIS_TEST_PG";

/// A database of one test; dropped on the server when this value is.
#[derive(Debug)]
pub struct TestDatabase {
    server: String,
    name: String,
    url: String,
}

impl TestDatabase {
    /// What sqlx connects to.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The name of the database on its server.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// A fresh, empty database, or `None` where a developer runs without PostgreSQL.
///
/// # Errors
/// When the server is there but refuses.
///
/// # Panics
/// On CI when there is no server: a test that silently did nothing would be a lie.
pub async fn database() -> Result<Option<TestDatabase>> {
    let Some(server) = server(variable) else {
        return Ok(None);
    };
    let mut connection = connect(&server).await?;
    let database = create(&mut connection, &server, "template0").await?;
    connection.close().await?;
    Ok(Some(database))
}

/// A fresh copy of a database that `fill` makes once per cluster, such as one with all migrations applied.
///
/// `key` names what `fill` does, in lower-case letters, digits and `_`. On a server that outlives the run the
/// database stays, so the key must change when the content does: put a hash or a count of the migrations in it.
///
/// # Errors
/// Those of `fill`, and when the server refuses.
///
/// # Panics
/// As [`database`].
pub async fn database_like(
    key: &str,
    fill: impl AsyncFnOnce(&str) -> Result<()>,
) -> Result<Option<TestDatabase>> {
    let Some(server) = server(variable) else {
        return Ok(None);
    };
    let mut connection = connect(&server).await?;
    let template = format!("template_{key}");
    // The lock goes with the connection, so a test that dies here does not hold up the others.
    sqlx::query("select pg_advisory_lock(hashtext($1))")
        .bind(&template)
        .execute(&mut connection)
        .await?;
    let exists: bool =
        sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(&template)
            .fetch_one(&mut connection)
            .await?;
    if !exists {
        // Renamed only when filled: a template that exists is complete.
        let mut filled = create(&mut connection, &server, "template0").await?;
        fill(filled.url()).await?;
        run(
            &mut connection,
            format!("alter database {} rename to {template}", filled.name),
        )
        .await?;
        filled.name.clear();
    }
    sqlx::query("select pg_advisory_unlock(hashtext($1))")
        .bind(&template)
        .execute(&mut connection)
        .await?;
    let database = create(&mut connection, &server, &template).await?;
    connection.close().await?;
    Ok(Some(database))
}

async fn connect(server: &str) -> Result<PgConnection> {
    PgConnection::connect(server)
        .await
        .with_context(|| format!("cannot reach the PostgreSQL server of {URL_VARIABLE}"))
}

async fn create(
    connection: &mut PgConnection,
    server: &str,
    template: &str,
) -> Result<TestDatabase> {
    // The process id is enough: nextest gives every test a process of its own, and one cluster per run.
    static MADE: AtomicU32 = AtomicU32::new(0);
    let name = format!(
        "test_{}_{}",
        std::process::id(),
        MADE.fetch_add(1, Ordering::Relaxed)
    );
    // A user's own long-lived server may hold one of an earlier process with the same id.
    run(
        connection,
        format!("drop database if exists {name} with (force)"),
    )
    .await?;
    run(
        connection,
        format!("create database {name} template {template}"),
    )
    .await?;
    let url =
        with_database(server, &name).context("the URL of the test server names no database")?;
    Ok(TestDatabase {
        server: server.to_owned(),
        name,
        url,
    })
}

/// Runs one statement whose names are ours: names cannot be parameters.
async fn run(connection: &mut PgConnection, sql: String) -> Result<()> {
    connection.execute(sqlx::AssertSqlSafe(sql)).await?;
    Ok(())
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if self.name.is_empty() {
            return; // it became a template
        }
        let (server, name) = (self.server.clone(), self.name.clone());
        // A thread of its own: this may run inside a runtime, where blocking on another is not allowed.
        // Best effort: the cluster goes with the run anyway.
        let _ = std::thread::spawn(move || -> Result<()> {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(async {
                let mut connection = connect(&server).await?;
                run(
                    &mut connection,
                    format!("drop database if exists {name} with (force)"),
                )
                .await?;
                Ok(connection.close().await?)
            })
        })
        .join();
    }
}

/// Whether the run has PostgreSQL.
pub(crate) fn is_wanted() -> bool {
    server(variable).is_some()
}

/// The server to use; `None` only off CI and when no server is named.
fn server(variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let server = variable(URL_VARIABLE);
    assert!(
        server.is_some() || variable("CI").is_none(),
        "{URL_VARIABLE} is not set: run the tests with `cargo xtask test`, or `cargo nextest run` where \
         PostgreSQL is installed, or set it to a server where databases may be created"
    );
    server
}

#[allow(
    clippy::disallowed_methods,
    reason = "the test run names its server in the environment; nothing of this ships"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name)
        .ok()
        .filter(|value| !value.is_empty() && value != "false")
}

/// The same server, another database: replaces the path of the URL and keeps its query.
fn with_database(server: &str, name: &str) -> Option<String> {
    let (base, query) = server
        .split_once('?')
        .map_or((server, None), |(base, query)| (base, Some(query)));
    let (scheme, rest) = base.split_once("://")?;
    let authority = rest
        .split_once('/')
        .map_or(rest, |(authority, _)| authority);
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    Some(format!("{scheme}://{authority}/{name}{query}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(pairs: &'static [(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        move |name| {
            pairs
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        }
    }

    #[test]
    fn a_developer_may_run_without_postgres() {
        assert_eq!(server(lookup(&[])), None);
        assert_eq!(
            server(lookup(&[(URL_VARIABLE, "postgres://h/d")])),
            Some("postgres://h/d".to_owned())
        );
    }

    #[test]
    #[should_panic(expected = "PORTCULLIS_TEST_PG is not set")]
    fn on_ci_a_missing_server_is_a_failure() {
        server(lookup(&[("CI", "true")]));
    }

    #[test]
    fn the_database_of_a_url_is_replaced_and_its_query_kept() {
        for (server, expected) in [
            (
                "postgres://u@localhost/postgres?host=/tmp/x",
                "postgres://u@localhost/t?host=/tmp/x",
            ),
            (
                "postgres://u:p@127.0.0.1:5432/postgres",
                "postgres://u:p@127.0.0.1:5432/t",
            ),
            ("postgres://u@h", "postgres://u@h/t"),
        ] {
            assert_eq!(with_database(server, "t").as_deref(), Some(expected));
        }
    }
}
