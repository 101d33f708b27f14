//! Create a tag.

use portcullis_app::tag::CreateTag;
use portcullis_model::{
    Tag,
    name::{Description, Name},
};

use super::wire::{ConstraintsBody, TagDetail};
use crate::api::{Answer, Write, body};

body! {
    /// A tag to create.
    pub(crate) struct NewTag {
        /// Its name.
        name: Name,
        /// What it is for.
        description: Option<Description>,
        /// Whether it constrains what carries it; true if not given.
        enabled: Option<bool>,
        /// What it demands; nothing if not given.
        constraints: Option<ConstraintsBody>,
    }
}

/// Create a tag
///
/// It constrains nothing until it is put on an app or group.
#[utoipa::path(post, path = "/tags", tag = "tags", request_body = NewTag, responses((status = 201, body = TagDetail)))]
pub(crate) async fn create_tag(Write { act, body }: Write<NewTag>) -> Answer {
    let operation = CreateTag {
        name: body.name,
        description: body.description.unwrap_or_default(),
        enabled: body.enabled.unwrap_or(true),
        constraints: body.constraints.map(Into::into).unwrap_or_default(),
    };
    act.create::<Tag>(operation).await
}
