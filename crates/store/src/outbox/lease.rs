//! Taking what is due, so that nobody else takes it meanwhile and nothing overtakes.

use std::time::Duration;

use portcullis_model::Timestamp;

use super::{Effect, EffectState, LeaseTerms, Leased, queue};
use crate::{
    Engine, StoreError,
    db::{Db, Tx},
    log,
    query::Query,
};

/// The oldest open row of each ordering key of a sink. Both conditions on `state` are, to the
/// letter, those of the indexes `outbox_due` and `outbox_open`: SQLite uses them only then.
macro_rules! heads {
    ($what:literal, $more:literal) => {
        concat!(
            "SELECT ",
            $what,
            " FROM outbox AS o WHERE o.sink = $1 AND o.state IN ('waiting', 'leased')",
            $more,
            " AND NOT EXISTS (SELECT 1 FROM outbox AS e WHERE e.sink = o.sink \
             AND e.order_key = o.order_key AND e.id < o.id \
             AND e.state IN ('waiting', 'leased', 'dead')) ORDER BY o.next_at, o.id LIMIT ",
        )
    };
}

pub(super) const DUE: &str = concat!(heads!("o.id", " AND o.next_at <= $2"), "$3");
const DUE_UNLOCKED: &str = concat!(
    heads!("o.id", " AND o.next_at <= $2"),
    "$3 FOR UPDATE OF o SKIP LOCKED"
);
/// What is open behind a row under its ordering key, in order.
macro_rules! behind {
    ($tail:literal) => {
        concat!(
            "SELECT o.id, o.state FROM outbox AS o \
             JOIN outbox AS h ON h.id = $1 AND o.sink = h.sink AND o.order_key = h.order_key \
             WHERE o.id > $1 AND o.state IN ('waiting', 'leased', 'dead') ORDER BY o.id LIMIT $2",
            $tail
        )
    };
}

pub(super) const BEHIND: &str = behind!("");
const BEHIND_UNLOCKED: &str = behind!(" FOR UPDATE OF o SKIP LOCKED");
pub(super) const NEXT: &str = concat!(heads!("o.next_at", ""), "1");

pub(super) async fn claim(
    db: &Db,
    sink: &str,
    now: Timestamp,
    terms: &LeaseTerms,
) -> Result<Vec<Leased>, StoreError> {
    let mut tx = db.write().await?;
    let due = match tx.engine() {
        Engine::Sqlite => DUE,
        Engine::Postgres => DUE_UNLOCKED,
    };
    let values = vec![
        sink.into(),
        now.micros().into(),
        i64::from(terms.most).into(),
    ];
    let rows = tx.fetch(due, values).await?;
    let ids = rows.iter().map(|row| row.int(0));
    let mut ids = ids.collect::<Result<Vec<_>, _>>()?;
    if ids.is_empty() {
        tx.rollback().await?;
        return Ok(Vec::new());
    }
    if terms.together > 1 {
        for head in ids.clone() {
            ids.extend(behind(&mut tx, head, terms.together - 1).await?);
        }
    }
    let mut query = Query::new("UPDATE outbox SET state = 'leased', attempts = attempts + 1");
    let owner = query.value(terms.owner.as_str());
    let until = query.value(terms.until.micros());
    query.push(&format!(", lease_owner = {owner}, next_at = {until}"));
    let these = query.one_of("id", ids);
    query.and(&these);
    let (sql, values) =
        query.ending(" RETURNING id, position, at, order_key, dedup_key, payload, attempts");
    let rows = tx.fetch(sql, values).await?;
    let leased = rows.iter().map(|row| {
        Ok(Leased {
            id: row.int(0)?,
            position: log::position(row.int(1)?),
            at: Timestamp::from_micros(row.int(2)?),
            effect: Effect {
                order_key: row.text(3)?.to_owned(),
                dedup_key: row.text(4)?.to_owned(),
                payload: queue::payload(row.text(5)?)?,
                delay: Duration::ZERO,
            },
            attempt: queue::attempts(row.int(6)?),
            owner: terms.owner.clone(),
        })
    });
    let mut leased = leased.collect::<Result<Vec<_>, StoreError>>()?;
    leased.sort_unstable_by_key(|leased| leased.id);
    tx.commit().await?;
    Ok(leased)
}

/// What waits behind the oldest open effect of an ordering key, up to what does not.
async fn behind(tx: &mut Tx, head: i64, most: u32) -> Result<Vec<i64>, StoreError> {
    let sql = match tx.engine() {
        Engine::Sqlite => BEHIND,
        Engine::Postgres => BEHIND_UNLOCKED,
    };
    let rows = tx
        .fetch(sql, vec![head.into(), i64::from(most).into()])
        .await?;
    let waiting = EffectState::Waiting.as_str();
    let mut ids = Vec::new();
    for row in &rows {
        if row.text(1)? != waiting {
            break;
        }
        ids.push(row.int(0)?);
    }
    Ok(ids)
}

pub(super) async fn next_due(db: &Db, sink: &str) -> Result<Option<Timestamp>, StoreError> {
    let rows = db.fetch(NEXT, vec![sink.into()]).await?;
    let next = rows.first().map(|row| row.int(0)).transpose()?;
    Ok(next.map(Timestamp::from_micros))
}
