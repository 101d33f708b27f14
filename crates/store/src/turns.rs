//! Which of several replicas does a task: whoever took the turn, until they give it back or their time is over.

use portcullis_model::Timestamp;

use crate::{StoreError, db::Db};

/// Takes the turn for `task`, or keeps it, until `until`; says whether it is `holder`'s now.
pub(crate) async fn take(
    db: &Db,
    task: &str,
    holder: &str,
    (now, until): (Timestamp, Timestamp),
) -> Result<bool, StoreError> {
    let mut tx = db.write().await?;
    let sql = "INSERT INTO turns (task, holder, until) VALUES ($1, $2, $3) \
               ON CONFLICT (task) DO UPDATE SET holder = excluded.holder, until = excluded.until \
               WHERE turns.holder = excluded.holder OR turns.until <= $4";
    let values = vec![
        task.into(),
        holder.into(),
        until.micros().into(),
        now.micros().into(),
    ];
    let taken = tx.execute(sql, values).await? == 1;
    tx.commit().await?;
    Ok(taken)
}

/// Gives back whatever turns `holder` has: who ends in good order keeps nobody waiting.
pub(crate) async fn give_back(db: &Db, holder: &str) -> Result<(), StoreError> {
    let mut tx = db.write().await?;
    let sql = "DELETE FROM turns WHERE holder = $1";
    tx.execute(sql, vec![holder.into()]).await?;
    tx.commit().await
}
