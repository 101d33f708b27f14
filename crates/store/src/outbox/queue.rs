//! Rows go in with their commit, are looked at, and go when their receipts are old.

use portcullis_model::{Position, Timestamp};
use uuid::Uuid;

use super::{Effect, EffectState, OutboxCount, OutboxFilter, OutboxRow};
use crate::{
    Cursor, Page, StoreError, bulk,
    db::{Conn, Db, Row, Value},
    log, page,
    query::Query,
};

/// For how long done and skipped rows are kept: so long receipts can be shown.
const DAYS: i64 = 30;

const ROWS: &str = "SELECT id, position, at, sink, order_key, dedup_key, payload, attempts, \
                    next_at, state, lease_owner, receipt, settled_at FROM outbox";

pub(super) const PRUNE: &str =
    "DELETE FROM outbox WHERE state IN ('done', 'skipped') AND settled_at < $1";

/// The condition is, to the letter, that of the index `outbox_trouble`: SQLite uses it only then.
pub(super) const TROUBLE: &str = "SELECT id, position, at, sink, order_key, dedup_key, payload, attempts, \
    next_at, state, lease_owner, receipt, settled_at FROM outbox \
    WHERE sink = $1 AND (state = 'dead' OR (state = 'waiting' AND attempts > 0)) \
    AND ((state = 'waiting' AND at < $2) OR (state = 'dead' AND settled_at > $3)) ORDER BY id LIMIT 1";

/// An effect of one commit for one sink.
pub(crate) struct Written {
    pub(crate) position: Position,
    pub(crate) at: Timestamp,
    pub(crate) sink: String,
    pub(crate) effect: Effect,
}

/// Puts effects of commits in the outbox, due when they say; what waits there already is not repeated.
pub(crate) async fn write(conn: &mut Conn, effects: Vec<Written>) -> Result<(), StoreError> {
    let columns = [
        "position",
        "at",
        "sink",
        "order_key",
        "dedup_key",
        "payload",
        "attempts",
        "next_at",
        "state",
    ];
    let rows = effects.into_iter().map(|written| {
        let delay = i64::try_from(written.effect.delay.as_micros()).unwrap_or(i64::MAX);
        let due = Timestamp::from_micros(written.at.micros().saturating_add(delay));
        vec![
            Value::from(written.position.0 as i64),
            written.at.micros().into(),
            written.sink.into(),
            written.effect.order_key.into(),
            written.effect.dedup_key.into(),
            written.effect.payload.to_string().into(),
            0.into(),
            due.micros().into(),
            EffectState::Waiting.as_str().into(),
        ]
    });
    bulk::insert_missing(conn, "outbox", &columns, rows).await
}

/// Forgets what was done or skipped long before `now`.
pub(crate) async fn prune(conn: &mut Conn, now: Timestamp) -> Result<(), StoreError> {
    let oldest = now.plus_days(-DAYS).micros();
    conn.execute(PRUNE, vec![oldest.into()]).await?;
    Ok(())
}

pub(super) async fn list(db: &Db, filter: &OutboxFilter) -> Result<Page<OutboxRow>, StoreError> {
    let limit = page::limit(filter.limit);
    let mut query = Query::new(ROWS);
    if let Some(sink) = &filter.sink {
        query.and_value("sink = {}", sink.as_str());
    }
    if let Some(state) = filter.state {
        query.and_value("state = {}", state.as_str());
        // Said in words, so that the index of all others is found.
        if state != EffectState::Done {
            query.and(UNDONE);
        }
    }
    if let Some(before) = filter.before {
        query.and_value("id < {}", before.at);
    }
    let (sql, values) = query.ending(&format!(" ORDER BY id DESC LIMIT {}", limit + 1));
    let rows = db.fetch(sql, values).await?;
    let rows = rows.iter().map(row).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::of(rows, limit, |row| Cursor {
        at: row.id,
        id: Uuid::nil(),
    }))
}

pub(super) async fn trouble(
    db: &Db,
    sink: &str,
    (before, since): (Timestamp, Timestamp),
) -> Result<Option<OutboxRow>, StoreError> {
    let values = vec![sink.into(), before.micros().into(), since.micros().into()];
    let rows = db.fetch(TROUBLE, values).await?;
    rows.first().map(row).transpose()
}

pub(super) async fn get(conn: &mut Conn, id: i64) -> Result<Option<OutboxRow>, StoreError> {
    let mut query = Query::new(ROWS);
    query.and_value("id = {}", id);
    let (sql, values) = query.ending("");
    let rows = conn.fetch(sql, values).await?;
    rows.first().map(row).transpose()
}

/// The sinks that have any, by going from one to the next in the index.
pub(super) const SINKS: &str = "WITH RECURSIVE had(sink) AS (SELECT MIN(sink) FROM outbox \
    UNION ALL SELECT (SELECT MIN(next.sink) FROM outbox next WHERE next.sink > had.sink) FROM had WHERE had.sink IS NOT NULL) \
    SELECT sink FROM had WHERE sink IS NOT NULL";

pub(super) async fn sinks(db: &Db) -> Result<Vec<String>, StoreError> {
    let rows = db.fetch(SINKS, vec![]).await?;
    rows.iter().map(|row| Ok(row.text(0)?.to_owned())).collect()
}

/// What is not done.
const UNDONE: &str = "state <> 'done'";
pub(super) const COUNTS: &str = "SELECT sink, state, COUNT(*) FROM outbox WHERE state <> 'done' \
    GROUP BY sink, state ORDER BY sink, state";

pub(super) async fn counts(db: &Db) -> Result<Vec<OutboxCount>, StoreError> {
    let rows = db.fetch(COUNTS, vec![]).await?;
    let counts = rows.iter().map(|row| {
        Ok(OutboxCount {
            sink: row.text(0)?.to_owned(),
            state: EffectState::from_text(row.text(1)?)?,
            count: row.int(2)?.unsigned_abs(),
        })
    });
    counts.collect()
}

fn row(row: &Row) -> Result<OutboxRow, StoreError> {
    Ok(OutboxRow {
        id: row.int(0)?,
        position: log::position(row.int(1)?),
        at: Timestamp::from_micros(row.int(2)?),
        sink: row.text(3)?.to_owned(),
        order_key: row.text(4)?.to_owned(),
        dedup_key: row.text(5)?.to_owned(),
        payload: payload(row.text(6)?)?,
        attempts: attempts(row.int(7)?),
        next_at: Timestamp::from_micros(row.int(8)?),
        state: EffectState::from_text(row.text(9)?)?,
        lease_owner: row.opt_text(10)?.map(str::to_owned),
        receipt: row.opt_text(11)?.map(str::to_owned),
        settled_at: row.opt_int(12)?.map(Timestamp::from_micros),
    })
}

pub(super) fn payload(text: &str) -> Result<serde_json::Value, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::corrupt("outbox", error))
}

pub(super) fn attempts(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
