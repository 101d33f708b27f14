//! Whom logins in the configuration mean: bound to an id when they are first seen, and kept.

use portcullis_model::{Id, User, name};

use crate::{StoreError, db::Db};

/// Whom `login` means to `holder`, if that was seen before.
pub(crate) async fn get(
    db: &Db,
    holder: &str,
    login: &str,
) -> Result<Option<Id<User>>, StoreError> {
    let sql = "SELECT user_id FROM bound_users WHERE holder = $1 AND login_key = $2";
    let rows = db
        .fetch(sql, vec![holder.into(), name::key(login).into()])
        .await?;
    let found = rows.first().map(|row| row.uuid(0)).transpose()?;
    Ok(found.map(Id::new))
}

/// Whom `login` means to `holder`: `user` from now on, where nobody was.
pub(crate) async fn bind(
    db: &Db,
    holder: &str,
    login: &str,
    user: Id<User>,
) -> Result<Id<User>, StoreError> {
    let mut tx = db.write().await?;
    let sql = "INSERT INTO bound_users (holder, login_key, user_id) VALUES ($1, $2, $3) \
               ON CONFLICT (holder, login_key) DO NOTHING";
    let values = vec![holder.into(), name::key(login).into(), user.uuid().into()];
    tx.execute(sql, values).await?;
    tx.commit().await?;
    Ok(get(db, holder, login).await?.unwrap_or(user))
}
