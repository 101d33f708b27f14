//! Idempotency keys: found before a batch is built, written with it, forgotten after seven days.

use std::collections::HashMap;

use portcullis_model::{Position, Timestamp};

use crate::{
    StoreError, bulk,
    db::{Conn, Value},
    log,
    query::Query,
};

/// For how long a key is kept.
const DAYS: i64 = 7;

/// An actor, as text, and its key.
pub(crate) type Key = (String, String);

/// What a key was used for.
#[derive(Clone, Debug)]
pub(crate) struct Used {
    pub(crate) fingerprint: Vec<u8>,
    pub(crate) position: Position,
}

/// What is known of `keys`.
pub(crate) async fn find(
    conn: &mut Conn,
    keys: Vec<Key>,
) -> Result<HashMap<Key, Used>, StoreError> {
    let mut found = HashMap::new();
    if keys.is_empty() {
        return Ok(found);
    }
    let mut query = Query::new("SELECT actor, key, fingerprint, position FROM idempotency");
    let pairs = keys.into_iter().map(|(actor, key)| {
        let (actor, key) = (query.value(actor), query.value(key));
        format!("(actor = {actor} AND key = {key})")
    });
    let pairs: Vec<_> = pairs.collect();
    query.and(&format!("({})", pairs.join(" OR ")));
    let (sql, values) = query.ending("");
    for row in conn.fetch(sql, values).await? {
        found.insert(
            (row.text(0)?.to_owned(), row.text(1)?.to_owned()),
            Used {
                fingerprint: row.bytes(2)?.to_vec(),
                position: log::position(row.int(3)?),
            },
        );
    }
    Ok(found)
}

/// Writes keys used at `at`.
pub(crate) async fn write(
    conn: &mut Conn,
    used: Vec<(Key, Used, Timestamp)>,
) -> Result<(), StoreError> {
    let columns = ["actor", "key", "fingerprint", "position", "created_at"];
    let rows = used.into_iter().map(|((actor, key), used, at)| {
        vec![
            actor.into(),
            key.into(),
            used.fingerprint.into(),
            Value::from(used.position.0 as i64),
            at.micros().into(),
        ]
    });
    bulk::insert(conn, "idempotency", &columns, rows).await
}

/// Forgets the keys that are too old at `now`.
pub(crate) async fn prune(conn: &mut Conn, now: Timestamp) -> Result<(), StoreError> {
    let oldest = now.plus_days(-DAYS).micros();
    let sql = "DELETE FROM idempotency WHERE created_at < $1";
    conn.execute(sql, vec![oldest.into()]).await?;
    Ok(())
}
