//! Secrets that are made once and kept, so that restarts and replicas agree on them. What reads the
//! database reads them, and so does a backup.

use crate::{StoreError, db::Db};

/// The name under which the key that signs what browsers hold is kept.
const SIGNING: &str = "signing";

/// The signing secret that is kept; `candidate` is it where there was none.
///
/// Of two replicas that start together the second waits for the first at the primary key, writes
/// nothing, and reads what the first wrote.
pub(crate) async fn signing(db: &Db, candidate: [u8; 32]) -> Result<[u8; 32], StoreError> {
    let mut tx = db.write().await?;
    let sql = "INSERT INTO secrets (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    tx.execute(sql, vec![SIGNING.into(), candidate.to_vec().into()])
        .await?;
    let sql = "SELECT value FROM secrets WHERE name = $1";
    let rows = tx.fetch(sql, vec![SIGNING.into()]).await?;
    let kept = rows.first().map(|row| row.bytes(0)).transpose()?;
    let kept = kept.and_then(|kept| kept.try_into().ok());
    // The value stays out of the error, whatever it is.
    let kept =
        kept.ok_or_else(|| StoreError::corrupt("secrets", "the signing secret is not 32 bytes"))?;
    tx.commit().await?;
    Ok(kept)
}

/// Keeps a secret that somebody gave, under a name that nothing was kept under.
pub(crate) async fn keep(db: &Db, name: &str, value: &[u8]) -> Result<(), StoreError> {
    let mut tx = db.write().await?;
    let sql = "INSERT INTO secrets (name, value) VALUES ($1, $2)";
    tx.execute(sql, vec![name.into(), value.to_vec().into()])
        .await?;
    tx.commit().await
}

/// The secret of that name, if there is one.
pub(crate) async fn find(db: &Db, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "SELECT value FROM secrets WHERE name = $1";
    let rows = db.fetch(sql, vec![name.into()]).await?;
    let found = rows.first().map(|row| row.bytes(0)).transpose()?;
    Ok(found.map(Into::into))
}

/// Forgets a secret.
pub(crate) async fn forget(db: &Db, name: &str) -> Result<(), StoreError> {
    let mut tx = db.write().await?;
    let sql = "DELETE FROM secrets WHERE name = $1";
    tx.execute(sql, vec![name.into()]).await?;
    tx.commit().await
}
