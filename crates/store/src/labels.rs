//! Last known names, also of what is deleted.

use std::collections::HashMap;

use portcullis_model::Timestamp;
use uuid::Uuid;

use crate::{StoreError, db::Conn, query::Query};

/// How many ids go into one statement.
const AT_ONCE: usize = 500;

pub(crate) async fn last(
    conn: &mut Conn,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, String>, StoreError> {
    let mut ids: Vec<Uuid> = ids.into_iter().collect();
    ids.sort_unstable();
    ids.dedup();
    let mut labels = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(AT_ONCE) {
        for table in ["users", "groups", "apps", "tags"] {
            let mut query = Query::new(&format!("SELECT id, label FROM {table}"));
            let places = query.values(ids.iter().copied());
            query.and(&format!("id IN ({places})"));
            // Later versions overwrite earlier ones in the map.
            let (sql, values) = query.ending(" ORDER BY added_pos");
            for row in conn.fetch(sql, values).await? {
                labels.insert(row.uuid(0)?, row.text(1)?.to_owned());
            }
        }
    }
    Ok(labels)
}

/// When the log first tells of something.
pub(crate) async fn first_mention(
    conn: &mut Conn,
    id: Uuid,
) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT l.at FROM log l \
               WHERE l.position = (SELECT MIN(position) FROM log_subjects WHERE id = $1)";
    let rows = conn.fetch(sql, vec![id.into()]).await?;
    let at = rows.first().map(|row| row.int(0)).transpose()?;
    Ok(at.map(Timestamp::from_micros))
}
