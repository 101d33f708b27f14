//! Delete a group.

use axum::http::StatusCode;
use portcullis_app::group::DeleteGroup;

use crate::api::{
    extract::{Answer, Key, Write},
    wire::{Deleted, ended},
};

/// Delete a group
///
/// With everything that hangs on it: who is in it, what it leads into, what it confers. Preview it
/// first.
#[utoipa::path(delete, path = "/groups/{group}", tag = "groups", responses((status = 200, body = Deleted)))]
pub(crate) async fn delete_group(Key(key): Key, Write { act, .. }: Write) -> Answer {
    let group = act.group(&key)?;
    act.run(StatusCode::OK, DeleteGroup { group }, |done| {
        let name = ended!(done.change, Group, group).map(|group| group.name.as_str());
        done.answer(&Deleted::new(group, name.unwrap_or_default()))
    })
    .await
}
