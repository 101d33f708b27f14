//! Undo what an entry of the log did.

use axum::http::StatusCode;
use portcullis_app::log::Undo;
use portcullis_model::{Noun, Refusal};
use serde::Serialize;
use utoipa::ToSchema;

use super::get::position;
use crate::api::{
    extract::{Answer, Key, Write},
    wire::Edits,
};

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
pub(crate) async fn undo(Key(key): Key, Write { act, .. }: Write) -> Answer {
    let position = position(&key)?;
    let entry = act.web.app().store().entry(position).await?;
    let change = entry.and_then(|entry| entry.change);
    let change = change.ok_or_else(|| Refusal::not_found(Noun::LogEntry, &key))?;
    let operation = Undo {
        position,
        change: change.as_ref().clone(),
    };
    act.run(StatusCode::OK, operation, |done| {
        done.answer(&Undone {
            undid: position.0,
            position: done.position.0,
            change: Edits(done.change),
        })
    })
    .await
}
