//! Edit a tag.

use axum::http::StatusCode;
use portcullis_app::tag::EditTag;
use portcullis_model::{
    Noun, Refusal,
    name::{Description, Name},
};

use super::get::TagDetail;
use crate::api::{
    extract::{Answer, Key, Write, tag},
    input::{ConstraintsBody, body},
};

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
pub(crate) async fn edit_tag(Key(key): Key, Write { act, body, .. }: Write<TagChange>) -> Answer {
    let id = tag(act.world(), &key)?.id;
    let operation = EditTag {
        tag: id,
        name: body.name,
        description: body.description,
        enabled: body.enabled,
        constraints: body.constraints.map(Into::into),
    };
    act.run(StatusCode::OK, operation, |done| {
        let tag = done
            .world
            .tag(id)
            .ok_or_else(|| Refusal::not_found(Noun::Tag, id))?;
        done.answer(&TagDetail::of(done.world, tag))
    })
    .await
}
