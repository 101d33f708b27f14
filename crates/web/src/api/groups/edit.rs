//! Edit a group.

use axum::http::StatusCode;
use portcullis_app::group::EditGroup;
use portcullis_model::{
    Noun, Refusal,
    name::{Description, Name},
};

use super::create::kind;
use crate::api::{
    extract::{Answer, Key, Write},
    input::body,
    wire::{GroupDetail, GroupKindBody},
};

body! {
    /// What changes; the rest stays.
    pub(crate) struct GroupChange {
        /// Its name.
        name: Option<Name>,
        /// What it is for.
        description: Option<Description>,
        /// All tags it is to carry itself: ids or names.
        tags: Option<Vec<String>>,
        /// What kind of group it is to be.
        kind: Option<GroupKindBody>,
        /// The app it is to belong to, with `kind` as `app`: its id or name.
        app: Option<String>,
    }
}

/// Edit a group
///
/// New tags cut what lasts longer than they allow.
#[utoipa::path(patch, path = "/groups/{group}", tag = "groups", request_body = GroupChange, responses((status = 200, body = GroupDetail)))]
pub(crate) async fn edit_group(
    Key(key): Key,
    Write { act, body, .. }: Write<GroupChange>,
) -> Answer {
    let group = act.group(&key)?;
    let sort = body.kind.or(body.app.as_ref().map(|_| GroupKindBody::App));
    let operation = EditGroup {
        group: Some(group),
        name: body.name,
        description: body.description,
        tags: body.tags.map(|tags| act.tags(&tags)).transpose()?,
        kind: sort
            .map(|sort| kind(&act, sort, body.app.as_deref()))
            .transpose()?,
    };
    act.run(StatusCode::OK, operation, |done| {
        let group = done
            .world
            .group(group)
            .ok_or_else(|| Refusal::not_found(Noun::Group, group))?;
        done.answer(&GroupDetail::of(done.world, group, done.now))
    })
    .await
}
