//! Create a group, role or app group.

use portcullis_app::group::CreateGroup;
use portcullis_model::{
    App, Group, GroupKind, Refusal, Tag, User,
    name::{Description, Name},
    record::AppPart,
};

use super::wire::GroupDetail;
use crate::api::{Act, Answer, Finds, Key, Write, body, wire::GroupKindBody};

body! {
    /// A group to create.
    pub(crate) struct NewGroup {
        /// What kind of group; plain if not given.
        kind: Option<GroupKindBody>,
        /// The app it belongs to, for an app group: its id or name.
        app: Option<Key<App>>,
        /// Its name: roles start with `Role-`, groups of an app with `App-<app>-`.
        name: Name,
        /// What it is for.
        description: Option<Description>,
        /// Tags on it: ids or names.
        tags: Option<Vec<Key<Tag>>>,
        /// Who owns it first: ids or logins.
        owners: Option<Vec<Key<User>>>,
    }
}

/// Create a group, role or app group
#[utoipa::path(post, path = "/groups", tag = "groups", request_body = NewGroup, responses((status = 201, body = GroupDetail)))]
pub(crate) async fn create_group(Write { act, body }: Write<NewGroup>) -> Answer {
    let wanted = body.kind.unwrap_or(GroupKindBody::Group);
    let operation = CreateGroup {
        kind: kind(&act, wanted, &body.app)?,
        name: body.name,
        description: body.description.unwrap_or_default(),
        tags: act.maybe_ids(&body.tags)?.unwrap_or_default(),
        owners: act.maybe_ids(&body.owners)?.unwrap_or_default(),
    };
    act.create::<Group>(operation).await
}

/// The kind of group that was asked for; only an app group names an app, and it must.
pub(super) fn kind(
    act: &Act,
    wanted: GroupKindBody,
    app: &Option<Key<App>>,
) -> Result<GroupKind, Refusal> {
    match (wanted, app) {
        (GroupKindBody::Group, None) => Ok(GroupKind::Group),
        (GroupKindBody::Role, None) => Ok(GroupKind::Role),
        (GroupKindBody::App, Some(key)) => Ok(GroupKind::App {
            app: act.one(key)?.id,
            part: AppPart::Access,
        }),
        (GroupKindBody::App, None) => {
            let wrong = "an app group belongs to an app; name it";
            Err(Refusal::invalid("/app", wrong))
        }
        (_, Some(_)) => {
            let wrong = "only an app group belongs to an app; send `kind` as `app`";
            Err(Refusal::invalid("/app", wrong))
        }
    }
}
