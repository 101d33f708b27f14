//! One entry of the log with its exact change.

use portcullis_store::LogEntry;
use serde::Serialize;
use utoipa::ToSchema;

use super::wire::Entry;
use crate::api::{Answer, Of, Read, preview::Edits};

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
pub(crate) async fn get_entry(entry: Of<LogEntry>, read: Read) -> Answer {
    read.only_now("an entry never changes")?;
    read.answer(&EntryDetail {
        entry: Entry::of(&read.world, &entry),
        change: entry.change.as_deref().map(Edits),
    })
}
