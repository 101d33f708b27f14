//! Edit a group.

use portcullis_app::group::EditGroup;
use portcullis_model::{
    App, Group, Tag,
    name::{Description, Name},
};

use super::{create::kind, wire::GroupDetail};
use crate::api::{Answer, Finds, Key, Of, Write, body, wire::GroupKindBody};

body! {
    /// What changes; the rest stays.
    pub(crate) struct GroupChange {
        /// Its name.
        name: Option<Name>,
        /// What it is for.
        description: Option<Description>,
        /// All tags it is to carry itself: ids or names.
        tags: Option<Vec<Key<Tag>>>,
        /// What kind of group it is to be.
        kind: Option<GroupKindBody>,
        /// The app it is to belong to, with `kind` as `app`: its id or name.
        app: Option<Key<App>>,
    }
}

/// Edit a group
///
/// New tags cut what lasts longer than they allow.
#[utoipa::path(patch, path = "/groups/{group}", tag = "groups", request_body = GroupChange, responses((status = 200, body = GroupDetail)))]
pub(crate) async fn edit_group(
    group: Of<Group>,
    Write { act, body }: Write<GroupChange>,
) -> Answer {
    let wanted = body.kind.or(body.app.as_ref().map(|_| GroupKindBody::App));
    let operation = EditGroup {
        group: Some(group.id),
        name: body.name,
        description: body.description,
        tags: act.maybe_ids(&body.tags)?,
        kind: wanted
            .map(|wanted| kind(&act, wanted, &body.app))
            .transpose()?,
    };
    act.edit(group.id, operation).await
}
