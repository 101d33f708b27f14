//! When what proves who somebody is was last used, from where and by what. Beside the log: nothing is
//! decided by it but whether a session has been idle for too long.

use portcullis_model::{Credential, Id, Timestamp};

use crate::{
    StoreError, bulk,
    db::{Db, Row},
    query::Query,
};

/// How many ids go into one statement.
const AT_ONCE: usize = 500;

/// A use of a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialUse {
    /// Which credential.
    pub credential: Id<Credential>,
    /// When.
    pub at: Timestamp,
    /// From where.
    pub address: String,
    /// By what, in its own words.
    pub agent: String,
}

/// Keeps uses; of two of one credential the later.
pub(crate) async fn keep(db: &Db, uses: Vec<CredentialUse>) -> Result<(), StoreError> {
    let mut tx = db.write().await?;
    let rows = uses.into_iter().map(|it| {
        vec![
            it.credential.uuid().into(),
            it.at.micros().into(),
            it.address.into(),
            it.agent.into(),
        ]
    });
    let rows: Vec<_> = rows.collect();
    let columns = ["id", "used_at", "address", "agent"];
    let later = " ON CONFLICT (id) DO UPDATE SET used_at = excluded.used_at, \
                 address = excluded.address, agent = excluded.agent \
                 WHERE credential_uses.used_at < excluded.used_at";
    bulk::insert_with(&mut tx, "credential_uses", &columns, rows, later).await?;
    tx.commit().await
}

/// The last uses of these credentials, as far as they are kept.
pub(crate) async fn of(
    db: &Db,
    credentials: &[Id<Credential>],
) -> Result<Vec<CredentialUse>, StoreError> {
    let (mut uses, mut conn) = (Vec::new(), db.reader().await?);
    for credentials in credentials.chunks(AT_ONCE) {
        let mut query = Query::new("SELECT id, used_at, address, agent FROM credential_uses");
        let places = query.values(credentials.iter().map(|id| id.uuid()));
        query.and(&format!("id IN ({places})"));
        let (sql, values) = query.ending("");
        let rows = conn.fetch(sql, values).await?;
        uses.extend(rows.iter().map(read).collect::<Result<Vec<_>, _>>()?);
    }
    Ok(uses)
}

fn read(row: &Row) -> Result<CredentialUse, StoreError> {
    Ok(CredentialUse {
        credential: Id::new(row.uuid(0)?),
        at: Timestamp::from_micros(row.int(1)?),
        address: row.text(2)?.to_owned(),
        agent: row.text(3)?.to_owned(),
    })
}

/// Forgets the uses of credentials that are no more.
pub(crate) async fn prune(db: &Db) -> Result<(), StoreError> {
    let mut tx = db.write().await?;
    let sql = "DELETE FROM credential_uses WHERE NOT EXISTS (SELECT 1 FROM credentials c \
               WHERE c.id = credential_uses.id AND c.removed_pos IS NULL)";
    tx.execute(sql, vec![]).await?;
    tx.commit().await
}
