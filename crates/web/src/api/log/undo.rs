//! Undo what an entry of the log did.

use portcullis_app::log::Undo;
use portcullis_model::{Noun, Refusal};
use portcullis_store::LogEntry;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{Act, Answer, Of, preview::Edits};

/// What undid an entry.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Undone<'w> {
    /// The entry that was undone.
    undid: u64,
    /// The entry that undid it.
    position: u64,
    /// The edits.
    change: Edits<'w>,
}

/// Undo an entry of the log
///
/// The same edits the other way round, by whoever may make them, unless something has been changed
/// again since.
#[utoipa::path(post, path = "/log/{position}/undo", tag = "log", responses((status = 200, body = Undone)))]
pub(crate) async fn undo(entry: Of<LogEntry>, act: Act) -> Answer {
    let position = entry.position;
    let change = entry.change.as_deref();
    let change = change.ok_or_else(|| Refusal::not_found(Noun::LogEntry, position))?;
    let operation = Undo {
        position,
        change: change.clone(),
    };
    act.run(operation, |done| {
        done.answer(&Undone {
            undid: position.0,
            position: done.position.0,
            change: Edits(done.change),
        })
    })
    .await
}
