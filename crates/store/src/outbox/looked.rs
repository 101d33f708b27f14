//! Effects of time coming near an end, which is no commit: each stretch of time is looked at once.

use portcullis_model::{Position, Timestamp};

use super::{Effect, Written};
use crate::{StoreError, db::Db};

/// What a task found to be due.
#[derive(Clone, Debug)]
pub struct Due {
    /// The mark it began at; nothing where it never looked.
    pub from: Option<Timestamp>,
    /// Until when it looked.
    pub until: Timestamp,
    /// The log position of the world it looked at.
    pub position: Position,
    /// What is due, with the sink it is for.
    pub effects: Vec<(String, Effect)>,
}

pub(super) async fn until(db: &Db, task: &str) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT at FROM looked_until WHERE task = $1";
    let rows = db.fetch(sql, vec![task.into()]).await?;
    let at = rows.first().map(|row| row.int(0)).transpose()?;
    Ok(at.map(Timestamp::from_micros))
}

pub(super) async fn write(db: &Db, task: &str, due: Due) -> Result<bool, StoreError> {
    let mut tx = db.write().await?;
    let until = due.until.micros();
    // Of two who found the same, the later waits for the row here and then finds it moved.
    let moved = match due.from {
        None => {
            let sql = "INSERT INTO looked_until (task, at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
            tx.execute(sql, vec![task.into(), until.into()]).await?
        }
        Some(from) => {
            let sql = "UPDATE looked_until SET at = $1 WHERE task = $2 AND at = $3";
            let values = vec![until.into(), task.into(), from.micros().into()];
            tx.execute(sql, values).await?
        }
    };
    if moved == 0 {
        tx.rollback().await?;
        return Ok(false);
    }
    let effects = due.effects.into_iter().map(|(sink, effect)| Written {
        position: due.position,
        at: due.until,
        sink,
        effect,
    });
    super::write(&mut tx, effects.collect()).await?;
    tx.commit().await?;
    Ok(true)
}
