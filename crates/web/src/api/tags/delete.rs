//! Delete a tag.

use axum::http::StatusCode;
use portcullis_app::tag::DeleteTag;

use crate::api::{
    extract::{Answer, Key, Write, tag},
    wire::{Deleted, ended},
};

/// Delete a tag
///
/// It is taken off everything that carries it; ends it has cut stay as they are.
#[utoipa::path(delete, path = "/tags/{tag}", tag = "tags", responses((status = 200, body = Deleted)))]
pub(crate) async fn delete_tag(Key(key): Key, Write { act, .. }: Write) -> Answer {
    let id = tag(act.world(), &key)?.id;
    act.run(StatusCode::OK, DeleteTag { tag: id }, |done| {
        let name = ended!(done.change, Tag, id).map(|tag| tag.name.as_str());
        done.answer(&Deleted::new(id, name.unwrap_or_default()))
    })
    .await
}
