//! Pages of lists and where the next one begins. A cursor names the last row seen, not a number of
//! rows, so that what is written meanwhile neither repeats nor hides a row.

use std::{fmt, str::FromStr};

use portcullis_model::Position;
use uuid::Uuid;

/// A part of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the next page begins; `None` at the end of the list.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// Makes a page of at most `limit` from rows of which one more than that was asked for.
    pub(crate) fn of(mut items: Vec<T>, limit: u32, cursor: impl Fn(&T) -> Cursor) -> Self {
        let more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let next = items.last().filter(|_| more).map(cursor);
        Self { items, next }
    }
}

/// Where a page ended. To a client it is a text to hand back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The position or time of the last row.
    pub(crate) at: i64,
    /// Its id, where several rows share that.
    pub(crate) id: Uuid,
}

impl From<Position> for Cursor {
    fn from(position: Position) -> Self {
        Self {
            at: position.0 as i64,
            id: Uuid::nil(),
        }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.at)?;
        if self.id.is_nil() {
            return Ok(());
        }
        write!(f, "-{}", self.id.simple())
    }
}

/// What [`Cursor::from_str`] says about a text that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no cursor; hand back the one a page came with")]
pub struct BadCursor(String);

impl FromStr for Cursor {
    type Err = BadCursor;
    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let bad = || BadCursor(text.to_owned());
        let (at, id) = match text.split_once('-') {
            Some((at, id)) => (at, id.parse().map_err(|_| bad())?),
            None => (text, Uuid::nil()),
        };
        let at = at.parse().map_err(|_| bad())?;
        Ok(Self { at, id })
    }
}

/// A list's size where none was asked for, and the most that is given.
pub(crate) fn limit(asked: u32) -> u32 {
    if asked == 0 { 50 } else { asked.min(1000) }
}
