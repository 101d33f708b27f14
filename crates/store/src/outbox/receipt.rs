//! What became of a delivery, written by whoever still holds the lease, and by operators.

use portcullis_model::Timestamp;

use super::{EffectState, Leased, OutboxRow, Settlement, queue};
use crate::{
    StoreError,
    db::{Conn, Db},
};

pub(super) async fn settle(
    db: &Db,
    settled: Vec<(Leased, Settlement)>,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let mut tx = db.write().await?;
    let mut held = 0;
    for (lease, settlement) in settled {
        let (state, next_at, receipt, settled_at) = match settlement {
            Settlement::Done { receipt } => (EffectState::Done, now, receipt, Some(now.micros())),
            Settlement::Again { at, why } => {
                merge_waiting(&mut tx, lease.id, now).await?;
                (EffectState::Waiting, at, why, None)
            }
            Settlement::Dead { why } => (EffectState::Dead, now, why, Some(now.micros())),
        };
        // Owner and attempt tell this lease from a later one of the same row.
        let sql = "UPDATE outbox SET state = $1, next_at = $2, receipt = $3, settled_at = $4, \
                   lease_owner = NULL \
                   WHERE id = $5 AND state = 'leased' AND lease_owner = $6 AND attempts = $7";
        let values = vec![
            state.as_str().into(),
            next_at.micros().into(),
            storable(&receipt).into(),
            settled_at.into(),
            lease.id.into(),
            lease.owner.into(),
            i64::from(lease.attempt).into(),
        ];
        held += tx.execute(sql, values).await?;
    }
    tx.commit().await?;
    Ok(held)
}

pub(super) async fn retry(
    db: &Db,
    id: i64,
    now: Timestamp,
) -> Result<Option<OutboxRow>, StoreError> {
    let mut tx = db.write().await?;
    merge_waiting(&mut tx, id, now).await?;
    let sql = "UPDATE outbox SET state = 'waiting', attempts = 0, next_at = $1, settled_at = NULL \
               WHERE id = $2 AND state = 'dead'";
    let found = tx
        .execute(sql, vec![now.micros().into(), id.into()])
        .await?;
    if found == 0 {
        tx.rollback().await?;
        return Ok(None);
    }
    let row = queue::get(&mut tx, id).await?;
    tx.commit().await?;
    Ok(row)
}

pub(super) async fn skip(
    db: &Db,
    id: i64,
    why: &str,
    now: Timestamp,
) -> Result<Option<OutboxRow>, StoreError> {
    let mut tx = db.write().await?;
    let sql = "UPDATE outbox SET state = 'skipped', receipt = $1, settled_at = $2 \
               WHERE id = $3 AND state IN ('waiting', 'dead')";
    let values = vec![storable(why).into(), now.micros().into(), id.into()];
    let found = tx.execute(sql, values).await?;
    if found == 0 {
        tx.rollback().await?;
        return Ok(None);
    }
    let row = queue::get(&mut tx, id).await?;
    tx.commit().await?;
    Ok(row)
}

/// Before row `id` waits again: a later one with its deduplication key, written while it did not
/// wait, is the same effect and is delivered with it.
async fn merge_waiting(conn: &mut Conn, id: i64, now: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE outbox SET state = 'done', settled_at = $1, receipt = $2 \
               WHERE state = 'waiting' AND id > $3 \
               AND sink = (SELECT sink FROM outbox WHERE id = $3) \
               AND dedup_key = (SELECT dedup_key FROM outbox \
               WHERE id = $3 AND state IN ('leased', 'dead'))";
    let receipt = format!("delivered as {id}, which is the same");
    let values = vec![now.micros().into(), receipt.into(), id.into()];
    conn.execute(sql, values).await?;
    Ok(())
}

/// What a sink said, in what both engines store, and not without bound.
fn storable(text: &str) -> String {
    const MOST: usize = 2_000;
    text.chars().filter(|c| *c != '\0').take(MOST).collect()
}
