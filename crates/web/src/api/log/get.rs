//! One entry of the log with its exact change.

use portcullis_model::{Noun, Position, Refusal};
use serde::Serialize;
use utoipa::ToSchema;

use super::list::Entry;
use crate::api::{
    extract::{Answer, Key, Read},
    wire::Edits,
};

/// An entry with its exact change.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EntryDetail<'w> {
    #[serde(flatten)]
    entry: Entry<'w>,
    /// The edits.
    change: Option<Edits<'w>>,
}

/// Get an entry of the log
///
/// With everything it is about, and each record as it was before and after.
#[utoipa::path(get, path = "/log/{position}", tag = "log", responses((status = 200, body = EntryDetail)))]
pub(crate) async fn get_entry(Key(key): Key, read: Read) -> Answer {
    read.only_now("an entry never changes")?;
    let position = position(&key)?;
    let entry = read.web.app().store().entry(position).await?;
    let entry = entry.ok_or_else(|| Refusal::not_found(Noun::LogEntry, &key))?;
    read.answer(&EntryDetail {
        entry: Entry::of(&read.world, &entry),
        change: entry.change.as_deref().map(Edits),
    })
}

/// The position in the path. What is no number names no entry.
pub(super) fn position(key: &str) -> Result<Position, Refusal> {
    // Positions are kept as signed numbers.
    let number = key
        .parse::<u64>()
        .ok()
        .filter(|number| i64::try_from(*number).is_ok());
    number
        .map(Position)
        .ok_or_else(|| Refusal::not_found(Noun::LogEntry, key))
}
