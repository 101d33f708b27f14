//! Last known names, also of what is deleted.

use std::collections::{BTreeMap, HashMap};

use portcullis_model::{Id, Timestamp, World, name};
use uuid::Uuid;

use crate::{StoreError, SubjectKind, db::Conn, query::Query};

/// What has a name, with its table.
const NAMED: [(SubjectKind, &str); 4] = [
    (SubjectKind::User, "users"),
    (SubjectKind::Group, "groups"),
    (SubjectKind::App, "apps"),
    (SubjectKind::Tag, "tags"),
];

/// How many ids go into one statement.
const AT_ONCE: usize = 500;

/// What the living are called in `world`, and what the others were called last.
pub(crate) async fn last(
    conn: &mut Conn,
    world: &World,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, String>, StoreError> {
    let mut ids: Vec<Uuid> = ids.into_iter().collect();
    ids.sort_unstable();
    ids.dedup();
    let mut labels = HashMap::with_capacity(ids.len());
    ids.retain(|id| match living(world, *id) {
        Some(label) => labels.insert(*id, label.to_owned()).is_some(),
        None => true,
    });
    for ids in ids.chunks(AT_ONCE) {
        for (_, table) in NAMED {
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

fn living(world: &World, id: Uuid) -> Option<&str> {
    let user = world.user(Id::new(id)).map(|user| &*user.login);
    user.or_else(|| world.group(Id::new(id)).map(|group| &*group.name))
        .or_else(|| world.app(Id::new(id)).map(|app| &*app.name))
        .or_else(|| world.tag(Id::new(id)).map(|tag| &*tag.name))
}

/// What has that id, or was last called so, and is no more.
pub(crate) async fn gone(
    conn: &mut Conn,
    key: &str,
    wanted: Option<SubjectKind>,
) -> Result<Vec<(SubjectKind, Uuid)>, StoreError> {
    let (id, key) = (key.parse::<Uuid>().ok(), name::key(key));
    let mut all = Vec::new();
    for (kind, table) in NAMED {
        if wanted.is_some_and(|wanted| wanted != kind) {
            continue;
        }
        let which = match id {
            Some(_) => "id = $1",
            None => "id IN (SELECT n.id FROM log_names n WHERE n.key = $1)",
        };
        let sql =
            format!("SELECT id, label, removed_pos FROM {table} WHERE {which} ORDER BY added_pos");
        let value = id.map_or_else(|| key.as_str().into(), Into::into);
        // Later versions overwrite earlier ones in the map.
        let mut last = BTreeMap::new();
        for row in conn.fetch(sql, vec![value]).await? {
            let is_gone = row.opt_int(2)?.is_some();
            let called = id.is_some() || name::key(row.text(1)?) == key;
            last.insert(row.uuid(0)?, is_gone && called);
        }
        all.extend(
            last.into_iter()
                .filter(|(_, gone)| *gone)
                .map(|(id, _)| (kind, id)),
        );
    }
    Ok(all)
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
