//! Delete a tag.

use portcullis_app::tag::DeleteTag;
use portcullis_model::Tag;

use crate::api::{Act, Answer, Of, wire::Deleted};

/// Delete a tag
///
/// It is taken off everything that carries it; ends it has cut stay as they are.
#[utoipa::path(delete, path = "/tags/{tag}", tag = "tags", responses((status = 200, body = Deleted)))]
pub(crate) async fn delete_tag(tag: Of<Tag>, act: Act) -> Answer {
    let operation = DeleteTag { tag: tag.id };
    act.delete(tag.id, &tag.name, operation).await
}
