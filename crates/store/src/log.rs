//! The log, which is the audit trail: reading its entries, following and verifying it.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use portcullis_model::{Actor, ChangeSet, OperationName, Position, Timestamp, World};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    StoreError, Subject, SubjectKind, actor,
    body::{self, Body},
    chain::{self, Canonical, Hash},
    db::{Conn, Row},
    query::Query,
};

/// One commit, as it was recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct LogEntry {
    /// Its place in the log.
    pub position: Position,
    /// When; never earlier than the entry before it.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// The actor's login at that time; `None` for Portcullis itself.
    pub login: Option<String>,
    /// What, as noun and verb.
    pub operation: OperationName,
    /// The entry it undoes.
    pub undoes: Option<Position>,
    /// The entry that undid it.
    pub undone_by: Option<Position>,
    /// What it is about, what is mentioned most first; a list carries the first [`LogEntry::FEW`].
    pub subjects: Vec<Subject>,
    /// Its edits; `None` in lists, where they would weigh too much.
    pub change: Option<Arc<ChangeSet>>,
}

impl LogEntry {
    /// How many subjects of an entry a list carries.
    pub const FEW: u32 = 20;
}

pub(crate) const COLUMNS: &str = "SELECT l.position, l.at, l.actor, l.actor_login, l.operation, l.undoes, \
     (SELECT MIN(u.position) FROM log u WHERE u.undoes = l.position)";

pub(crate) async fn entry(
    conn: &mut Conn,
    position: Position,
) -> Result<Option<LogEntry>, StoreError> {
    let sql = format!("{COLUMNS}, l.body FROM log l WHERE l.position = $1");
    let rows = conn.fetch(sql, vec![(position.0 as i64).into()]).await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let mut entry = entry_of(row)?;
    let body = Body::load(conn, position, row.text(7)?).await?;
    entry.change = Some(Arc::new(body.change(position)?));
    let mut subjects = subjects_of(conn, [position], None).await?;
    entry.subjects = subjects.remove(&position).unwrap_or_default();
    Ok(Some(entry))
}

/// An entry with a part of its edits. An import may have made a few hundred thousand at once: what
/// is not asked for is passed over as text, and only what the part is about is looked up.
pub(crate) async fn part(
    conn: &mut Conn,
    position: Position,
    from: usize,
    most: usize,
) -> Result<Option<EntryPart>, StoreError> {
    let sql = format!("{COLUMNS}, l.body FROM log l WHERE l.position = $1");
    let rows = conn.fetch(sql, vec![(position.0 as i64).into()]).await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let corrupt = |error| StoreError::corrupt(format!("log entry {position}"), error);
    let (values, edits) = body::some_edits(conn, position, row.text(7)?, (from, most)).await?;
    let (mut changes, mut ids) = (Vec::new(), BTreeSet::new());
    for value in values {
        ids_in(&value, &mut ids);
        changes.push(serde_json::from_value(value).map_err(corrupt)?);
    }
    let mut entry = entry_of(row)?;
    entry.change = Some(Arc::new(ChangeSet {
        operation: entry.operation,
        changes,
        undoes: entry.undoes,
    }));
    entry.subjects = subjects_with(conn, position, ids).await?;
    Ok(Some(EntryPart { entry, edits }))
}

/// An entry with a part of its edits, and of what it is about.
#[derive(Clone, Debug, PartialEq)]
pub struct EntryPart {
    /// The entry.
    pub entry: LogEntry,
    /// How many edits it has in all.
    pub edits: usize,
}

/// The ids that stand anywhere in an edit.
fn ids_in(value: &Value, ids: &mut BTreeSet<Uuid>) {
    match value {
        Value::String(text) => ids.extend(text.parse::<Uuid>().ok()),
        Value::Array(items) => items.iter().for_each(|item| ids_in(item, ids)),
        Value::Object(members) => members.values().for_each(|member| ids_in(member, ids)),
        _ => {}
    }
}

async fn subjects_with(
    conn: &mut Conn,
    position: Position,
    ids: BTreeSet<Uuid>,
) -> Result<Vec<Subject>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = Query::new("SELECT position, kind, id, label FROM log_subjects");
    query.and_value("position = {}", position.0 as i64);
    let places = query.values(ids);
    query.and(&format!("id IN ({places})"));
    let (sql, values) = query.ending(" ORDER BY ordinal");
    let rows = conn.fetch(sql, values).await?;
    rows.iter().map(subject_of).collect()
}

pub(crate) fn entry_of(row: &Row) -> Result<LogEntry, StoreError> {
    Ok(LogEntry {
        position: position(row.int(0)?),
        at: Timestamp::from_micros(row.int(1)?),
        actor: actor::from_text(row.text(2)?)?,
        login: row.opt_text(3)?.map(str::to_owned),
        operation: operation(row.text(4)?)?,
        undoes: row.opt_int(5)?.map(position),
        undone_by: row.opt_int(6)?.map(position),
        subjects: Vec::new(),
        change: None,
    })
}

pub(crate) const fn position(number: i64) -> Position {
    Position(number.cast_unsigned())
}

/// The operation that `text` means, whichever version wrote it.
pub(crate) fn operation(text: &str) -> Result<OperationName, StoreError> {
    let unknown = || StoreError::corrupt("log", format!("`{text}` is no operation"));
    OperationName::parse(text).ok_or_else(unknown)
}

pub(crate) async fn subjects_of(
    conn: &mut Conn,
    positions: impl IntoIterator<Item = Position>,
    first: Option<u32>,
) -> Result<HashMap<Position, Vec<Subject>>, StoreError> {
    let mut query = Query::new("SELECT position, kind, id, label FROM log_subjects");
    let places = query.values(positions.into_iter().map(|p| p.0 as i64));
    let mut subjects: HashMap<_, Vec<_>> = HashMap::new();
    if places.is_empty() {
        return Ok(subjects);
    }
    query.and(&format!("position IN ({places})"));
    if let Some(first) = first {
        query.and_value("ordinal < {}", i64::from(first));
    }
    let (sql, values) = query.ending(" ORDER BY position, ordinal");
    for row in conn.fetch(sql, values).await? {
        let subject = subject_of(&row)?;
        let of = subjects.entry(position(row.int(0)?)).or_default();
        of.push(subject);
    }
    Ok(subjects)
}

fn subject_of(row: &Row) -> Result<Subject, StoreError> {
    let kind = row.text(1)?;
    Ok(Subject {
        kind: SubjectKind::parse(kind)
            .ok_or_else(|| StoreError::corrupt("log subject", format!("`{kind}` is no kind")))?,
        id: row.uuid(2)?,
        label: row.text(3)?.to_owned(),
    })
}

/// Where the log ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head {
    pub(crate) position: Position,
    pub(crate) at: Timestamp,
    pub(crate) hash: Hash,
}

pub(crate) const HEAD: &str = "SELECT position, at, hash FROM log_head WHERE one = 1";

impl Head {
    /// Whether the log ends with what `world` ends with, its last entry being of hash `last`.
    pub(crate) fn is_of(&self, world: &World, last: &Hash) -> bool {
        self.position == world.position() && self.hash == *last
    }

    pub(crate) async fn read(conn: &mut Conn, sql: &'static str) -> Result<Self, StoreError> {
        let rows = conn.fetch(sql, vec![]).await?;
        let row = rows.first().ok_or_else(|| {
            StoreError::corrupt("log head", "it is missing, or this is a standby")
        })?;
        Ok(Self {
            position: position(row.int(0)?),
            at: Timestamp::from_micros(row.int(1)?),
            hash: chain::read(row.bytes(2)?)?,
        })
    }
}

/// How many entries are followed one by one; past that, loading anew is quicker.
const FOLLOW: u64 = 5_000;

/// `world`, which ends in the entry of hash `last`, with all that was committed after it up to `to`;
/// `None` where the world has to be loaded anew, as where the log is not that of this world.
pub(crate) async fn follow(
    conn: &mut Conn,
    (mut world, last): (World, Hash),
    to: &Head,
) -> Result<Option<World>, StoreError> {
    if hash_at(conn, world.position()).await? != Some(last) {
        tracing::error!(
            known = %world.position(),
            head = %to.position,
            "the database holds another history than the one known here, as after a restore or a failover; it is read anew"
        );
        return Ok(None);
    }
    let to = to.position;
    if to < world.position() || to.0 - world.position().0 > FOLLOW {
        return Ok(None);
    }
    while world.position() < to {
        let sql = "SELECT position, body FROM log WHERE position > $1 ORDER BY position LIMIT 256";
        let from = world.position().0 as i64;
        let rows = conn.fetch(sql, vec![from.into()]).await?;
        if rows.is_empty() {
            return Err(StoreError::corrupt("log", "it ends before its head"));
        }
        for row in rows {
            let at = position(row.int(0)?);
            let body = Body::load(conn, at, row.text(1)?).await?;
            let change = body.change(at)?;
            world = match world.after(&change) {
                Ok(next) if next.position() == at => next,
                Ok(_) => return Err(StoreError::corrupt("log", format!("no entry before {at}"))),
                Err(refusal) => {
                    tracing::error!(position = %at, %refusal, "the world has drifted from the log");
                    return Ok(None);
                }
            };
        }
    }
    Ok(Some(world))
}

/// The hash of the entry at a position, and before the first that of none.
pub(crate) async fn hash_at(conn: &mut Conn, at: Position) -> Result<Option<Hash>, StoreError> {
    if at == Position(0) {
        return Ok(Some([0; 32]));
    }
    let sql = "SELECT hash FROM log WHERE position = $1";
    let rows = conn.fetch(sql, vec![(at.0 as i64).into()]).await?;
    rows.first()
        .map(|row| chain::read(row.bytes(0)?))
        .transpose()
}

/// What verifying the log found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How many entries are in order, from the first.
    pub entries: u64,
    /// The first place that is not, and what is wrong there.
    pub broken: Option<(Position, String)>,
    /// The hash of the last entry in order, in hexadecimal: keep a copy elsewhere, and a log that
    /// was cut off and mended can be told from the true one.
    pub hash: String,
}

pub(crate) async fn verify(
    conn: &mut Conn,
    progress: &mut (dyn FnMut(Position, Position) + Send),
) -> Result<Verified, StoreError> {
    let head = Head::read(conn, HEAD).await?;
    let (mut at, mut last, mut hash) = (Position(0), Timestamp::from_micros(0), [0; 32]);
    let mut broken = None;
    while at < head.position && broken.is_none() {
        let from = at;
        if let Err(error) = verify_some(conn, (&mut at, &mut last, &mut hash), &mut broken).await {
            broken = Some((
                at.next(),
                format!("the entry cannot be read: {}", error.unreadable()?),
            ));
        } else if at == from && broken.is_none() {
            broken = Some((at.next(), "the entry is missing".to_owned()));
        }
        progress(at, head.position);
    }
    if broken.is_none() && (at, last, hash) != (head.position, head.at, head.hash) {
        let wrong = "the head of the log is not that of its last entry";
        broken = Some((at, wrong.to_owned()));
    }
    let hash = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Verified {
        entries: at.0,
        broken,
        hash,
    })
}

/// The next entries after the one at `at`, which was written at `last` and has this hash: as far as they
/// are in order.
async fn verify_some(
    conn: &mut Conn,
    (at, last, hash): (&mut Position, &mut Timestamp, &mut Hash),
    broken: &mut Option<(Position, String)>,
) -> Result<(), StoreError> {
    let sql = "SELECT position, at, actor, actor_login, operation, undoes, body, hash \
               FROM log WHERE position > $1 ORDER BY position LIMIT 256";
    let rows = conn.fetch(sql, vec![(at.0 as i64).into()]).await?;
    let positions = rows.iter().map(|row| Ok(position(row.int(0)?)));
    let positions = positions.collect::<Result<Vec<_>, StoreError>>()?;
    let mut subjects = subjects_of(conn, positions.iter().copied(), None).await?;
    for (row, position) in rows.iter().zip(positions) {
        let body = Body::load(conn, position, row.text(6)?).await?;
        let entry = Canonical {
            position,
            at: Timestamp::from_micros(row.int(1)?),
            actor: row.text(2)?,
            actor_login: row.opt_text(3)?,
            operation: row.text(4)?,
            undoes: row.opt_int(5)?.map(self::position),
            body: &body,
            subjects: &subjects.remove(&position).unwrap_or_default(),
        };
        let wrong = if position != at.next() {
            "the entry is missing"
        } else if entry.undoes == Some(Position(0)) {
            // There is no such entry, and the hash would not tell it from none.
            "the entry is not as it was written"
        } else if entry.hash(hash)[..] != *row.bytes(7)? {
            "the entry is not as it was written"
        } else if !body.is_in_order(position)? {
            "its edits are not numbered as they were written"
        } else if entry.at < *last {
            "the entry is earlier than the one before it"
        } else {
            *at = position;
            *last = entry.at;
            *hash = entry.hash(hash);
            continue;
        };
        *broken = Some((at.next(), wrong.to_owned()));
        break;
    }
    Ok(())
}
