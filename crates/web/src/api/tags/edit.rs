//! Edit a tag.

use portcullis_app::tag::EditTag;
use portcullis_model::{
    Tag,
    name::{Description, Name},
};

use super::wire::{ConstraintsBody, TagDetail};
use crate::api::{Answer, Of, Write, body};

body! {
    /// What changes; the rest stays.
    pub(crate) struct TagChange {
        /// Its name.
        name: Option<Name>,
        /// What it is for.
        description: Option<Description>,
        /// Whether it constrains what carries it.
        enabled: Option<bool>,
        /// What it demands, all of it.
        constraints: Option<ConstraintsBody>,
    }
}

/// Edit a tag
///
/// What lasts longer than it now allows is cut, in every group that carries it.
#[utoipa::path(patch, path = "/tags/{tag}", tag = "tags", request_body = TagChange, responses((status = 200, body = TagDetail)))]
pub(crate) async fn edit_tag(tag: Of<Tag>, Write { act, body }: Write<TagChange>) -> Answer {
    let operation = EditTag {
        tag: tag.id,
        name: body.name,
        description: body.description,
        enabled: body.enabled,
        constraints: body.constraints.map(Into::into),
    };
    act.edit(tag.id, operation).await
}
