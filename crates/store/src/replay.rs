//! Whether the tables are what the log says. The chain shows a changed log; this shows a changed
//! table: every version of a record that a row holds must be one that an edit of the log opened or
//! ended there, and the other way round, with every column that is derived from it.
//!
//! Each such statement is hashed and the hashes are summed, those of rows up and those of the log
//! down: what remains is what only one side says. The sums are kept by a part of the record's id,
//! so that a second pass collects only what lies where they differ. Memory does not grow with the
//! log, but for its largest entry and for what sources made before the log said so.

use std::{
    collections::{BTreeMap, HashMap, hash_map::RandomState},
    hash::BuildHasher as _,
};

use futures::TryStreamExt as _;
use portcullis_model::{Change, ChangeSet, Edit, Position, RecordKind, name};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{
    StoreError, actor,
    compared::Compared,
    db::{Conn, Row, Value},
    log::{self, HEAD, Head},
    lookups::{self, Derived},
    origins::Origins,
    tables::{self, Reading, Stored, each_edit},
};

/// In how many parts the ids are.
const PARTS: usize = 1024;
/// Of so many parts that differ the second pass collects what they hold.
const LOOKED_AT: usize = 8;
/// So many rows lie between two words about progress.
const EVERY: u64 = 4096;

/// One side of a version: that it began, or ended, at a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Begins,
    Ends,
}

/// Whether rows or the log say something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Witness {
    Row,
    Log,
}

/// What is said of one record at one position.
struct Statement<'a> {
    family: RecordKind,
    id: Uuid,
    side: Side,
    position: Position,
    record: &'a [u8],
}

impl Statement<'_> {
    fn hash(&self, salt: &[u8; 16]) -> [u128; 2] {
        let mut sha = Sha256::new();
        sha.update(salt);
        sha.update([self.family as u8, self.side as u8]);
        sha.update(self.id.as_bytes());
        sha.update(self.position.0.to_be_bytes());
        sha.update(self.record);
        let hash: [u8; 32] = sha.finalize().into();
        let (halves, _) = hash.as_chunks::<16>();
        [halves[0], halves[1]].map(u128::from_be_bytes)
    }
}

/// Takes statements from both sides.
trait Scale {
    fn put(&mut self, witness: Witness, said: &Statement<'_>);
}

/// The first pass: sums, by part.
struct Sums {
    salt: [u8; 16],
    parts: Vec<[u128; 2]>,
}

impl Sums {
    fn part(id: Uuid) -> usize {
        // Ids are made in order of time: their last bits are the random ones.
        (id.as_u128() % PARTS as u128) as usize
    }

    fn unequal(&self) -> Vec<usize> {
        let parts = self.parts.iter().enumerate();
        parts
            .filter(|(_, sum)| **sum != [0; 2])
            .map(|(at, _)| at)
            .collect()
    }
}

impl Scale for Sums {
    fn put(&mut self, witness: Witness, said: &Statement<'_>) {
        let sums = &mut self.parts[Self::part(said.id)];
        for (sum, half) in sums.iter_mut().zip(said.hash(&self.salt)) {
            *sum = match witness {
                Witness::Row => sum.wrapping_add(half),
                Witness::Log => sum.wrapping_sub(half),
            };
        }
    }
}

/// What is said, and of what.
type Place = (Position, RecordKind, Uuid, Side);

/// The second pass: what only one side says, in the parts that differ.
struct Found {
    salt: [u8; 16],
    parts: Vec<usize>,
    said: HashMap<[u128; 2], (i64, Place)>,
}

impl Scale for Found {
    fn put(&mut self, witness: Witness, said: &Statement<'_>) {
        if !self.parts.contains(&Sums::part(said.id)) {
            return;
        }
        let hash = said.hash(&self.salt);
        let what = (said.position, said.family, said.id, said.side);
        let (count, _) = self.said.entry(hash).or_insert((0, what));
        *count += if witness == Witness::Row { 1 } else { -1 };
        if *count == 0 {
            self.said.remove(&hash);
        }
    }
}

impl Found {
    /// What differs, in order of the log.
    fn tell(self, compared: &mut Compared) {
        let mut by_place: BTreeMap<_, (bool, bool)> = BTreeMap::new();
        for (count, (position, family, id, side)) in self.said.into_values() {
            let place = (position, family.plural(), id, side);
            let (row, log) = by_place.entry(place).or_default();
            *(if count > 0 { row } else { log }) = true;
        }
        for ((position, table, id, side), (row, log)) in by_place {
            let does = match side {
                Side::Begins => "begins",
                Side::Ends => "ends",
            };
            compared.tell(match (row, log) {
                (true, true) => format!(
                    "{table} `{id}`: what {does} at {position} is not what the log says of it"
                ),
                (true, false) => format!(
                    "{table} `{id}`: a row {does} at {position}, of which the log says nothing"
                ),
                _ => {
                    format!("{table} `{id}`: the log says it {does} at {position}, and no row does")
                }
            });
        }
    }
}

/// Compares within one transaction, which must see one state of the database; `progress` is told
/// how much is done, and of how much.
pub(crate) async fn compare(
    conn: &mut Conn,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Compared, StoreError> {
    let mut compared = Compared::default();
    let salt = salt();
    let mut total = Head::read(conn, HEAD).await?.position.0;
    for family in RecordKind::ALL {
        let sql = format!("SELECT COUNT(*) FROM {}", family.plural());
        let rows = conn.fetch(sql, vec![]).await?;
        total += rows
            .first()
            .map_or(Ok(0), |row| row.int(0))?
            .cast_unsigned();
    }
    let mut sums = Sums {
        salt,
        parts: vec![[0; 2]; PARTS],
    };
    let mut done = Done {
        progress,
        count: 0,
        total,
    };
    for family in RecordKind::ALL {
        rows(conn, family, &mut sums, Some(&mut compared), &mut done).await?;
    }
    compared.rows = done.count;
    let told = compared.count();
    entries(conn, &mut sums, Some(&mut compared), &mut done).await?;
    let of_actors = Derived::unless(compared.count() > told);
    lookups::compare(conn, &mut compared, of_actors).await?;
    let mut parts = sums.unequal();
    if !parts.is_empty() {
        compared.more |= parts.len() > LOOKED_AT;
        parts.truncate(LOOKED_AT);
        let said = HashMap::new();
        let mut found = Found { salt, parts, said };
        for family in RecordKind::ALL {
            rows(conn, family, &mut found, None, &mut done).await?;
        }
        entries(conn, &mut found, None, &mut done).await?;
        found.tell(&mut compared);
    }
    Ok(compared)
}

/// Random, so that nobody can write a row whose hash makes up for another's.
fn salt() -> [u8; 16] {
    let random = RandomState::new();
    let [a, b] = [0_u8, 1].map(|half| random.hash_one(half));
    Uuid::from_u64_pair(a, b).into_bytes()
}

struct Done<'p> {
    progress: &'p mut (dyn FnMut(u64, u64) + Send),
    count: u64,
    total: u64,
}

impl Done<'_> {
    fn one(&mut self) {
        self.count += 1;
        if self.count.is_multiple_of(EVERY) || self.count == self.total {
            (self.progress)(self.count.min(self.total), self.total);
        }
    }
}

/// What the rows of a family say; told to `compared` are rows that contradict themselves.
async fn rows(
    conn: &mut Conn,
    family: RecordKind,
    scale: &mut (dyn Scale + Send),
    mut compared: Option<&mut Compared>,
    done: &mut Done<'_>,
) -> Result<(), StoreError> {
    let table = family.plural();
    let columns = tables::columns(family).join(", ");
    let (select, width) = (tables::select(family, conn.engine()), tables::width(family));
    let sql = format!("SELECT {select}, id, added_pos, removed_pos, {columns} FROM {table}");
    let mut reading = Reading::default();
    let mut rows = conn.stream(sql, vec![])?;
    while let Some(row) = rows.try_next().await? {
        done.one();
        let id = row.uuid(width);
        let position = |index| row.opt_int(index).map(|at| at.map(log::position));
        let (began, ended) = (position(width + 1), position(width + 2));
        let change = tables::read(family, &row, &mut reading);
        let (id, change, began, ended) = match (id, change, began, ended) {
            (Ok(id), Ok(change), Ok(began), Ok(ended)) => (id, change, began, ended),
            (id, change, began, ended) => {
                let called = id.as_ref().map_or_else(|_| "?".to_owned(), Uuid::to_string);
                let wrong = [id.err(), change.err(), began.err(), ended.err()];
                if let Some(compared) = compared.as_deref_mut()
                    && let Some(wrong) = wrong.into_iter().flatten().next()
                {
                    let why = wrong.unreadable()?;
                    compared.tell(format!("{table} `{called}`: the row cannot be read: {why}"));
                }
                continue;
            }
        };
        let Some(read) = sides(&change).after else {
            continue;
        };
        if let Some(compared) = compared.as_deref_mut() {
            let first = width + 3;
            for (at, (column, value)) in tables::columns(family)
                .iter()
                .zip(&read.columns)
                .enumerate()
            {
                if *column != "body" && !same(&row, first + at, column, value) {
                    let wrong =
                        format!("{table} `{id}`: `{column}` is not what follows from the record");
                    compared.tell(wrong);
                }
            }
            if id != read.id {
                compared.tell(format!("{table} `{id}`: the record is `{}`", read.id));
            }
        }
        for (side, position) in [(Side::Begins, began), (Side::Ends, ended)] {
            if let Some(position) = position {
                scale.put(
                    Witness::Row,
                    &Statement {
                        family,
                        id,
                        side,
                        position,
                        record: &read.record,
                    },
                );
            }
        }
    }
    Ok(())
}

/// What the log says; told to `compared` are entries that are not found as they should be.
async fn entries(
    conn: &mut Conn,
    scale: &mut (dyn Scale + Send),
    mut compared: Option<&mut Compared>,
    done: &mut Done<'_>,
) -> Result<(), StoreError> {
    let mut origins = Origins::of(conn).await?;
    let sql = "SELECT position, body, COALESCE(actor_login, actor), actor_key, actor \
               FROM log ORDER BY position";
    let mut rows = conn.stream(sql, vec![])?;
    while let Some(row) = rows.try_next().await? {
        done.one();
        let position = log::position(row.int(0)?);
        if let Some(compared) = compared.as_deref_mut()
            && row.text(3)? != name::key(row.text(2)?)
        {
            compared.tell(format!(
                "log entry {position}: it is not found by its actor's login"
            ));
        }
        let mut change = log::change_of(position, row.text(1)?)?;
        origins.fill(position, row.text(4)?, &mut change)?;
        for said in folded(&change) {
            let sides = [(Side::Ends, &said.before), (Side::Begins, &said.after)];
            for (side, told) in sides {
                let Some(told) = told else { continue };
                scale.put(
                    Witness::Log,
                    &Statement {
                        family: said.family,
                        id: told.id,
                        side,
                        position,
                        record: &told.record,
                    },
                );
            }
        }
    }
    Ok(())
}

/// A record as one side tells it.
struct Told {
    id: Uuid,
    /// The record as text: what is compared.
    record: Vec<u8>,
    columns: Vec<Value>,
}

/// What an edit says of a record.
struct Sides {
    family: RecordKind,
    before: Option<Told>,
    after: Option<Told>,
}

fn sides(change: &Change) -> Sides {
    fn of<T: Stored + serde::Serialize>(edit: &Edit<T>) -> Sides {
        let told = |record: Option<&T>| {
            record.map(|record| Told {
                id: record.id().uuid(),
                // INVARIANT: records are trees of text, numbers and maps with text keys: they
                // always serialize.
                record: serde_json::to_vec(record).unwrap_or_default(),
                columns: record.values(),
            })
        };
        Sides {
            family: T::KIND,
            before: told(edit.before.as_deref()),
            after: told(edit.after.as_deref()),
        }
    }
    each_edit!(change, edit => of(edit))
}

/// What an entry says: a record that it edits several times was what it was before the first and
/// is what it is after the last; what began and ended in one entry was never in a table.
fn folded(change: &ChangeSet) -> Vec<Sides> {
    let mut all: Vec<Sides> = Vec::new();
    let mut places: HashMap<(usize, Uuid), usize> = HashMap::new();
    for sides in change.changes.iter().map(sides) {
        let id = sides
            .after
            .as_ref()
            .or(sides.before.as_ref())
            .map(|told| told.id);
        let Some(id) = id else { continue };
        match places.entry((sides.family as usize, id)) {
            std::collections::hash_map::Entry::Occupied(place) => {
                all[*place.get()].after = sides.after;
            }
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(all.len());
                all.push(sides);
            }
        }
    }
    all
}

/// Whether a column holds what follows from the record. Actors are told by the text of any version.
fn same(row: &Row, index: usize, column: &str, value: &Value) -> bool {
    match value {
        Value::Int(value) => row.opt_int(index).is_ok_and(|found| found == *value),
        Value::Bytes(value) => row
            .opt_uuid(index)
            .is_ok_and(|found| found.map(|id| id.as_bytes().to_vec()) == *value),
        Value::Text(value) => row.opt_text(index).is_ok_and(|found| {
            let actor = |text: Option<&str>| text.and_then(|text| actor::from_text(text).ok());
            let is_actor = matches!(column, "granted_by" | "decider");
            let same_actor = |found| found == actor(value.as_deref());
            found == value.as_deref()
                || is_actor && actor(found).is_some_and(|it| same_actor(Some(it)))
        }),
    }
}
