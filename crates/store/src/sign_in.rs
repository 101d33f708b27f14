//! What signing in and out asks of the database beside the log.

use portcullis_model::{ConnectorId, Id, Timestamp, User};

use crate::{StoreError, db::Db};

/// For so many seconds a token is known to have been used; longer than any may be brought.
const KNOWN_SECONDS: i64 = 7 * 86_400;

/// Whose the account `external_id` was last, if it ever was anybody's.
pub(crate) async fn was_identity(
    db: &Db,
    connector: ConnectorId,
    external_id: &str,
) -> Result<Option<Id<User>>, StoreError> {
    let sql = "SELECT user_id FROM identities WHERE connector = $1 AND external_id = $2 \
               ORDER BY added_pos DESC LIMIT 1";
    let values = vec![connector.as_str().into(), external_id.into()];
    let rows = db.fetch(sql, values).await?;
    let found = rows.first().map(|row| row.uuid(0)).transpose()?;
    Ok(found.map(Id::new))
}

/// Whether `token` was brought before.
pub(crate) async fn was_used(
    db: &Db,
    issuer: ConnectorId,
    token: &str,
) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM used_tokens WHERE issuer = $1 AND token = $2";
    let values = vec![issuer.as_str().into(), token.into()];
    Ok(!db.fetch(sql, values).await?.is_empty())
}

/// Whether `token` is brought for the first time; notes that it was.
pub(crate) async fn first_time(
    db: &Db,
    issuer: ConnectorId,
    token: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let mut tx = db.write().await?;
    let old = now.plus_seconds(-KNOWN_SECONDS).micros();
    let sql = "DELETE FROM used_tokens WHERE issuer = $1 AND used_at < $2";
    tx.execute(sql, vec![issuer.as_str().into(), old.into()])
        .await?;
    let sql = "INSERT INTO used_tokens (issuer, token, used_at) VALUES ($1, $2, $3) \
               ON CONFLICT (issuer, token) DO NOTHING";
    let values = vec![issuer.as_str().into(), token.into(), now.micros().into()];
    let first = tx.execute(sql, values).await? == 1;
    tx.commit().await?;
    Ok(first)
}
