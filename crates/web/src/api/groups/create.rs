//! Create a group, role or app group.

use axum::http::StatusCode;
use portcullis_app::group::CreateGroup;
use portcullis_model::{
    FieldError, GroupKind, Noun, Refusal,
    name::{Description, Name},
    record::AppPart,
};

use crate::api::{
    extract::{Act, Answer, Done, Write},
    input::body,
    wire::{GroupDetail, GroupKindBody, created},
};

body! {
    /// A group to create.
    pub(crate) struct NewGroup {
        /// What kind of group; plain if not given.
        kind: Option<GroupKindBody>,
        /// The app it belongs to, for an app group: its id or name.
        app: Option<String>,
        /// Its name: roles start with `Role-`, groups of an app with `App-<app>-`.
        name: Name,
        /// What it is for.
        description: Option<Description>,
        /// Tags on it: ids or names.
        tags: Option<Vec<String>>,
        /// Who owns it first: ids, logins or e-mail addresses.
        owners: Option<Vec<String>>,
    }
}

/// Create a group, role or app group
#[utoipa::path(post, path = "/groups", tag = "groups", request_body = NewGroup, responses((status = 201, body = GroupDetail)))]
pub(crate) async fn create_group(Write { act, body, .. }: Write<NewGroup>) -> Answer {
    let sort = body.kind.unwrap_or(GroupKindBody::Group);
    let operation = CreateGroup {
        kind: kind(&act, sort, body.app.as_deref())?,
        name: body.name,
        description: body.description.unwrap_or_default(),
        tags: act.tags(&body.tags.unwrap_or_default())?,
        owners: act.users(&body.owners.unwrap_or_default())?,
    };
    act.run(StatusCode::CREATED, operation, made).await
}

/// The kind of group that was asked for; only an app group names an app, and it must.
pub(super) fn kind(
    act: &Act,
    sort: GroupKindBody,
    app: Option<&str>,
) -> Result<GroupKind, Refusal> {
    let fault = |message: &str| Err(Refusal::Invalid(vec![FieldError::new("/app", message)]));
    match (sort, app) {
        (GroupKindBody::Group, None) => Ok(GroupKind::Group),
        (GroupKindBody::Role, None) => Ok(GroupKind::Role),
        (GroupKindBody::App, Some(key)) => Ok(GroupKind::App {
            app: act.app(key)?,
            part: AppPart::Access,
        }),
        (GroupKindBody::App, None) => fault("an app group belongs to an app; name it"),
        (_, Some(_)) => fault("only an app group belongs to an app; send `kind` as `app`"),
    }
}

/// The group that was made.
pub(crate) fn made(done: &Done<'_>) -> Answer {
    let group = created!(done.change, Group).and_then(|id| done.world.group(id));
    let group = group.ok_or_else(|| Refusal::not_found(Noun::Group, "just created"))?;
    done.answer(&GroupDetail::of(done.world, group, done.now))
}
