//! The body of a log entry on its way into the tables. Of a long one the text is never held whole: an import's weighs
//! as much as the world. It is measured first, since its length goes into the chain of hashes before it, and made again
//! part by part, once for the hash and once for the rows.

use std::{
    io::{self, Write},
    ops::Range,
    panic::resume_unwind,
    sync::{Arc, mpsc::sync_channel},
    thread,
};

use portcullis_model::{Change, ChangeSet, Position};

use crate::{
    body::{BEFORE, PART, parts_of},
    bulk,
    chain::Covered,
    db::Value,
};

/// A body to be written.
#[derive(Debug)]
pub(crate) struct NewBody {
    /// The whole text, or where there are parts what is around them.
    pub(crate) text: String,
    parts: Option<Parts>,
}

/// The parts of a long body, each a JSON array of some edits.
#[derive(Debug)]
pub(crate) struct Parts {
    change: Arc<ChangeSet>,
    /// Which edits stand in each.
    ranges: Vec<Range<usize>>,
    /// Of all edits with the commas between them, in bytes.
    length: usize,
}

impl NewBody {
    pub(crate) fn of(change: &Arc<ChangeSet>) -> serde_json::Result<Self> {
        let around = serde_json::to_string(&ChangeSet {
            operation: change.operation,
            changes: Vec::new(),
            undoes: change.undoes,
        })?;
        // Nearly all are short, and need no measuring.
        let whole = match short(&change.changes)? {
            Some(edits) => edits,
            None => {
                let parts = Parts::of(change)?;
                if parts.ranges.len() > 1 {
                    return Ok(Self {
                        text: around,
                        parts: Some(parts),
                    });
                }
                within(&change.changes)?
            }
        };
        Ok(Self {
            text: around.replacen(BEFORE, &format!("{BEFORE}{whole}"), 1),
            parts: None,
        })
    }

    /// The rows of `log_edits`, where there are any.
    pub(crate) fn into_parts(self) -> Option<Parts> {
        self.parts
    }
}

impl Covered for NewBody {
    fn length(&self) -> usize {
        self.text.len() + self.parts.as_ref().map_or(0, |parts| parts.length)
    }

    fn cover(&self, take: &mut dyn FnMut(&[u8])) {
        let Some(parts) = &self.parts else {
            return take(self.text.as_bytes());
        };
        let at = self
            .text
            .find(BEFORE)
            .map_or(self.text.len(), |at| at + BEFORE.len());
        let (before, after) = self.text.split_at(at);
        take(before.as_bytes());
        parts.cover(take);
        take(after.as_bytes());
    }
}

impl Parts {
    fn of(change: &Arc<ChangeSet>) -> serde_json::Result<Self> {
        let lengths = lengths(&change.changes)?;
        let commas = lengths.len().saturating_sub(1);
        Ok(Self {
            change: Arc::clone(change),
            ranges: parts_of(&lengths),
            length: lengths.iter().sum::<usize>() + commas,
        })
    }

    /// The edits of a part with commas between. INVARIANT: they were written once, to be measured.
    fn edits(&self, range: &Range<usize>) -> String {
        within(&self.change.changes[range.clone()]).unwrap_or_default()
    }

    /// One thread writes the next parts while this one takes those before.
    fn cover(&self, take: &mut dyn FnMut(&[u8])) {
        let (send, receive) = sync_channel(8);
        thread::scope(|scope| {
            scope.spawn(move || {
                for range in &self.ranges {
                    if send.send(self.edits(range)).is_err() {
                        return;
                    }
                }
            });
            for (nth, edits) in receive.iter().enumerate() {
                take(if nth == 0 { b"" } else { b"," });
                take(edits.as_bytes());
            }
        });
    }

    /// The rows of `log_edits`, each made when it is asked for.
    pub(crate) fn rows(
        self,
        position: Position,
    ) -> impl ExactSizeIterator<Item = Vec<Value>> + Send {
        let ranges = self.ranges.clone();
        ranges.into_iter().map(move |range| {
            vec![
                (position.0 as i64).into(),
                (range.start as i64).into(),
                format!("[{}]", self.edits(&range)).into(),
            ]
        })
    }
}

/// Edits as text, with commas between.
fn within(edits: &[Change]) -> serde_json::Result<String> {
    let edits = edits.iter().map(serde_json::to_string);
    Ok(edits.collect::<serde_json::Result<Vec<_>>>()?.join(","))
}

/// The same where it fits into one part; nothing where it may not.
fn short(edits: &[Change]) -> serde_json::Result<Option<String>> {
    let mut text = String::new();
    for (nth, edit) in edits.iter().enumerate() {
        if nth > 0 {
            text.push(',');
        }
        text.push_str(&serde_json::to_string(edit)?);
        if text.len() > PART {
            return Ok(None);
        }
    }
    Ok(Some(text))
}

/// How long each edit is as text; of as many as an import makes, half of them on another thread.
fn lengths(edits: &[Change]) -> serde_json::Result<Vec<usize>> {
    let each = |edits: &[Change]| {
        let lengths = edits.iter().map(|edit| {
            let mut counted = Counted(0);
            serde_json::to_writer(&mut counted, edit)?;
            Ok(counted.0)
        });
        lengths.collect::<serde_json::Result<Vec<usize>>>()
    };
    if edits.len() < bulk::MANY {
        return each(edits);
    }
    let (first, second) = edits.split_at(edits.len() / 2);
    thread::scope(|scope| {
        let second = scope.spawn(|| each(second));
        let mut lengths = each(first)?;
        lengths.extend(second.join().unwrap_or_else(|panic| resume_unwind(panic))?);
        Ok(lengths)
    })
}

/// Counts what is written.
struct Counted(usize);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
