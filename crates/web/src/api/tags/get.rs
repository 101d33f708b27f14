//! Get a tag with what carries it.

use portcullis_model::Tag;

use super::wire::TagDetail;
use crate::api::{Answer, Of, Read};

/// Get a tag
#[utoipa::path(get, path = "/tags/{tag}", tag = "tags", responses((status = 200, body = TagDetail)))]
pub(crate) async fn get_tag(tag: Of<Tag>, read: Read) -> Answer {
    read.answer(&TagDetail::of(&read.world, &tag))
}
