//! The body of a log entry: its change set as JSON.
//!
//! Where it is long, the row in `log` holds it without its edits, and these stand in rows of
//! `log_edits`, as many in each as make some kilobytes: whoever looks at a few of a million edits
//! reads those only. The chain of hashes covers the whole text, wherever it stands.

use std::ops::Range;

use portcullis_model::{Change, ChangeSet, Position};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;

use crate::{
    StoreError, bulk,
    chain::Covered,
    db::{Conn, Row, Value},
};

/// Edits beyond this many bytes begin another part. One edit is never cut.
pub(crate) const PART: usize = 64 * 1024;
/// What stands before the edits: of what is called so in a body, they are the first. INVARIANT: no
/// entry is without edits, so that nothing between these and the end of the list means elsewhere.
pub(crate) const BEFORE: &str = "\"changes\":[";

/// A body, whole or in parts.
#[derive(Debug, Default)]
pub(crate) struct Body {
    /// The whole text, or where there are parts what is around them.
    pub(crate) text: String,
    parts: Vec<Part>,
}

#[derive(Debug)]
struct Part {
    /// The number of its first edit.
    first: usize,
    /// A JSON array.
    edits: String,
}

/// Which edits stand together in a part, by how long each is as text.
pub(crate) fn parts_of(lengths: &[usize]) -> Vec<Range<usize>> {
    let (mut parts, mut inside) = (Vec::<Range<usize>>::new(), 0);
    for (edit, length) in lengths.iter().enumerate() {
        match parts.last_mut().filter(|_| inside < PART) {
            Some(part) => part.end = edit + 1,
            None => {
                parts.push(edit..edit + 1);
                inside = 0;
            }
        }
        // With what stands before it: a bracket, or a comma.
        inside += 1 + length;
    }
    parts
}

/// Edits that are not read yet.
#[derive(Deserialize)]
struct Unread<'b> {
    #[serde(borrow)]
    changes: Vec<&'b RawValue>,
}

impl Body {
    /// The whole text, piece by piece.
    fn pieces(&self) -> impl Iterator<Item = &str> + Clone {
        let (before, after) = match self.text.find(BEFORE) {
            Some(at) if !self.parts.is_empty() => self.text.split_at(at + BEFORE.len()),
            _ => (&*self.text, ""),
        };
        let parts = self.parts.iter().map(Part::inner);
        let commas = (0..).map(|nth| if nth == 0 { "" } else { "," });
        let edits = commas.zip(parts).flat_map(|(comma, edits)| [comma, edits]);
        std::iter::once(before).chain(edits).chain([after])
    }

    /// The change set that it says.
    pub(crate) fn change(&self, position: Position) -> Result<ChangeSet, StoreError> {
        let mut change = change_of(position, &self.text)?;
        for part in &self.parts {
            change.changes.extend(edits_of(position, &part.edits)?);
        }
        Ok(change)
    }

    /// Whether each part begins where the one before it ends.
    pub(crate) fn is_in_order(&self, position: Position) -> Result<bool, StoreError> {
        let mut count = 0;
        for part in &self.parts {
            if part.first != count {
                return Ok(false);
            }
            count += read::<IgnoredAny>(position, &part.edits)?.len();
        }
        Ok(true)
    }

    /// A body that an earlier version wrote whole, in parts; `None` where it is short, or would not
    /// be the same text.
    fn split(text: &str) -> Option<Self> {
        let unread: Unread<'_> = serde_json::from_str(text).ok()?;
        let first = unread.changes.first()?.get();
        let begin = first.as_ptr().addr() - text.as_ptr().addr();
        let edits: Vec<&str> = unread.changes.iter().map(|edit| edit.get()).collect();
        let lengths: Vec<usize> = edits.iter().map(|edit| edit.len()).collect();
        let end = begin + lengths.iter().map(|length| length + 1).sum::<usize>() - 1;
        let parts = parts_of(&lengths).into_iter().map(|part| Part {
            first: part.start,
            edits: format!("[{}]", edits[part].join(",")),
        });
        let body = Self {
            text: format!("{}{}", text.get(..begin)?, text.get(end..)?),
            parts: parts.collect(),
        };
        let same = body.pieces().collect::<String>() == text;
        (same && body.parts.len() > 1).then_some(body)
    }

    /// The rows of `log_edits`.
    fn rows(self, position: Position) -> impl ExactSizeIterator<Item = Vec<Value>> + Send {
        self.parts.into_iter().map(move |part| {
            vec![
                (position.0 as i64).into(),
                (part.first as i64).into(),
                part.edits.into(),
            ]
        })
    }

    /// The body of an entry whose row in `log` has `text`.
    pub(crate) async fn load(
        conn: &mut Conn,
        position: Position,
        text: &str,
    ) -> Result<Self, StoreError> {
        let mut body = Self {
            text: text.to_owned(),
            parts: Vec::new(),
        };
        if is_in_parts(text) {
            let sql =
                "SELECT first_edit, edits FROM log_edits WHERE position = $1 ORDER BY first_edit";
            let rows = conn.fetch(sql, vec![(position.0 as i64).into()]).await?;
            body.parts = rows.iter().map(Part::of).collect::<Result<_, _>>()?;
        }
        Ok(body)
    }
}

impl Covered for Body {
    fn length(&self) -> usize {
        self.pieces().map(str::len).sum()
    }

    fn cover(&self, take: &mut dyn FnMut(&[u8])) {
        self.pieces().for_each(|piece| take(piece.as_bytes()));
    }
}

impl Part {
    fn of(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            first: usize::try_from(row.int(0)?)
                .map_err(|error| StoreError::corrupt("part of a log entry", error))?,
            edits: row.text(1)?.to_owned(),
        })
    }

    /// The edits with commas between.
    fn inner(&self) -> &str {
        let inner = self.edits.strip_prefix('[');
        let inner = inner.and_then(|inner| inner.strip_suffix(']'));
        inner.unwrap_or(&self.edits)
    }
}

/// The change set that a body says which is whole, or what is around the edits of another.
pub(crate) fn change_of(position: Position, text: &str) -> Result<ChangeSet, StoreError> {
    serde_json::from_str(text).map_err(|error| corrupt(position, error))
}

/// The edits that a row of `log_edits` says.
pub(crate) fn edits_of(position: Position, edits: &str) -> Result<Vec<Change>, StoreError> {
    read(position, edits)
}

/// The columns of `log_edits`.
pub(crate) const COLUMNS: [&str; 3] = ["position", "first_edit", "edits"];

/// The edits of an entry from the one numbered `from` on, at most `most`, and how many it has.
pub(crate) async fn some_edits(
    conn: &mut Conn,
    position: Position,
    text: &str,
    (from, most): (usize, usize),
) -> Result<(Vec<serde_json::Value>, usize), StoreError> {
    if !is_in_parts(text) {
        let unread: Unread<'_> = serde_json::from_str(text).map_err(|e| corrupt(position, e))?;
        let edits = unread.changes.iter().skip(from).take(most);
        let edits = edits.map(|edit| serde_json::from_str(edit.get()));
        let edits: Result<_, _> = edits.collect();
        return Ok((
            edits.map_err(|e| corrupt(position, e))?,
            unread.changes.len(),
        ));
    }
    let number = position.0 as i64;
    let sql = "SELECT first_edit, edits FROM log_edits WHERE position = $1 ORDER BY first_edit DESC LIMIT 1";
    let rows = conn.fetch(sql, vec![number.into()]).await?;
    let last = rows.first().map(Part::of).transpose()?;
    let count = match &last {
        Some(last) => last.first + read::<&RawValue>(position, &last.edits)?.len(),
        None => 0,
    };
    let within = from.min(count) as i64;
    let sql = "SELECT first_edit, edits FROM log_edits WHERE position = $1 AND first_edit < $3 \
               AND first_edit >= (SELECT COALESCE(MAX(first_edit), 0) FROM log_edits \
                                  WHERE position = $1 AND first_edit <= $2) ORDER BY first_edit";
    let values = vec![number.into(), within.into(), (within + most as i64).into()];
    let mut edits = Vec::new();
    for row in conn.fetch(sql, values).await? {
        let part = Part::of(&row)?;
        let passed = from.saturating_sub(part.first);
        let wanted = read::<&RawValue>(position, &part.edits)?
            .into_iter()
            .skip(passed);
        for edit in wanted.take(most - edits.len()) {
            edits.push(serde_json::from_str(edit.get()).map_err(|e| corrupt(position, e))?);
        }
    }
    Ok((edits, count))
}

/// Puts the long bodies of earlier versions into parts.
pub(crate) async fn split_long(conn: &mut Conn) -> Result<(), StoreError> {
    let sql = "SELECT position FROM log WHERE LENGTH(body) > $1 ORDER BY position";
    for row in conn.fetch(sql, vec![(PART as i64).into()]).await? {
        let number = row.int(0)?;
        let sql = "SELECT body FROM log WHERE position = $1";
        let rows = conn.fetch(sql, vec![number.into()]).await?;
        let body = rows.first().map(|row| row.text(0)).transpose()?;
        let Some(body) = body.and_then(Body::split) else {
            continue;
        };
        let sql = "UPDATE log SET body = $2 WHERE position = $1";
        let values = vec![number.into(), body.text.as_str().into()];
        conn.execute(sql, values).await?;
        let rows = body.rows(Position(number.cast_unsigned()));
        bulk::insert(conn, "log_edits", &COLUMNS, rows).await?;
    }
    Ok(())
}

/// Whether the edits that belong into `text` stand elsewhere.
fn is_in_parts(text: &str) -> bool {
    text.split_once(BEFORE)
        .is_some_and(|(_, rest)| rest.starts_with(']'))
}

/// The edits of a part.
fn read<'p, T: Deserialize<'p>>(position: Position, edits: &'p str) -> Result<Vec<T>, StoreError> {
    serde_json::from_str(edits).map_err(|error| corrupt(position, error))
}

fn corrupt(position: Position, error: serde_json::Error) -> StoreError {
    StoreError::corrupt(format!("log entry {position}"), error)
}
