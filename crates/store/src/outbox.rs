//! What must happen outside because of a commit, written in the commit's own transaction.

use portcullis_model::{Position, Timestamp};

use crate::{
    Effect, StoreError, bulk,
    db::{Conn, Value},
};

/// Puts effects of commits in the outbox, due at once.
pub(crate) async fn write(
    conn: &mut Conn,
    effects: Vec<(Position, Timestamp, Effect)>,
) -> Result<(), StoreError> {
    let columns = [
        "position", "sink", "payload", "attempts", "next_at", "state",
    ];
    let rows = effects.into_iter().map(|(position, at, effect)| {
        vec![
            Value::from(position.0 as i64),
            effect.sink.into(),
            effect.payload.to_string().into(),
            0.into(),
            at.micros().into(),
            "waiting".into(),
        ]
    });
    bulk::insert(conn, "outbox", &columns, rows.collect()).await
}
