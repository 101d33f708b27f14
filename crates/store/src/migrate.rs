//! Brings the tables to the shape this program knows: numbered scripts, each run once, under a lock.

use crate::{
    Engine, StoreError, body,
    db::{Db, Tx},
};

/// The scripts in order; append only. A script that has been released is never edited.
const SCRIPTS: &[&str] = &[
    include_str!("../migrations/0001_start.sql"),
    include_str!("../migrations/0002_requests.sql"),
    include_str!("../migrations/0003_identities.sql"),
    include_str!("../migrations/0004_outbox.sql"),
    include_str!("../migrations/0005_secrets.sql"),
    include_str!("../migrations/0006_sources.sql"),
    include_str!("../migrations/0007_bound_users.sql"),
    include_str!("../migrations/0008_growth.sql"),
    include_str!("../migrations/0009_history.sql"),
    EDITS,
    include_str!("../migrations/0011_credentials.sql"),
    include_str!("../migrations/0012_notices.sql"),
    include_str!("../migrations/0013_turns.sql"),
    include_str!("../migrations/0014_preferences.sql"),
    include_str!("../migrations/0015_providers.sql"),
    include_str!("../migrations/0016_trouble.sql"),
    include_str!("../migrations/0017_outbox_lists.sql"),
];

/// Leaves edits to be moved, which no script can do.
const EDITS: &str = include_str!("../migrations/0010_edits.sql");

/// Any number, as long as every Portcullis takes the same.
const LOCK: &str = "SELECT pg_advisory_xact_lock(7301882911)";

pub(crate) async fn run(db: &Db) -> Result<(), StoreError> {
    let known = SCRIPTS.len() as i64;
    let mut tx = db.write().await?;
    if db.engine() == Engine::Postgres {
        tx.execute(LOCK, vec![]).await?;
    }
    tx.script("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)".into())
        .await?;
    let found = version(&mut tx).await?;
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    for (version, script) in (1..).zip(SCRIPTS).skip(found as usize) {
        tracing::info!(version, "bringing the tables up to date");
        tx.script(for_engine(db.engine(), script)).await?;
        if *script == EDITS {
            body::split_long(&mut tx).await?;
        }
        tx.execute(
            "INSERT INTO schema_version (version) VALUES ($1)",
            vec![version.into()],
        )
        .await?;
    }
    if found == 0 {
        tx.execute(
            "INSERT INTO log_head (one, position, at, hash) VALUES (1, 0, 0, $1)",
            vec![vec![0u8; 32].into()],
        )
        .await?;
    }
    tx.commit().await
}

async fn version(tx: &mut Tx) -> Result<i64, StoreError> {
    let sql = "SELECT COALESCE(MAX(version), 0) FROM schema_version";
    let rows = tx.fetch(sql, vec![]).await?;
    rows.first().map_or(Ok(0), |row| row.int(0))
}

/// The script in the engine's own words: `SERIAL_KEY` is its counting key, `UUID_TEXT(column)` the
/// text of a UUID that is kept as bytes.
fn for_engine(engine: Engine, script: &str) -> String {
    let script = uuid_texts(engine, script);
    match engine {
        Engine::Sqlite => script.replace("SERIAL_KEY", "INTEGER PRIMARY KEY"),
        Engine::Postgres => script.replace(" BLOB", " BYTEA").replace(
            "SERIAL_KEY",
            "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        ),
    }
}

fn uuid_texts(engine: Engine, script: &str) -> String {
    let mut parts = script.split("UUID_TEXT(");
    let mut all = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (column, rest) = part.split_once(')').unwrap_or((part, ""));
        all += &match engine {
            Engine::Postgres => format!("encode({column}, 'hex')::uuid::text"),
            Engine::Sqlite => {
                let groups = [(1, 8), (9, 4), (13, 4), (17, 4), (21, 12)];
                let groups =
                    groups.map(|(from, most)| format!("substr(hex({column}), {from}, {most})"));
                format!("lower({})", groups.join(" || '-' || "))
            }
        };
        all += rest;
    }
    all
}
