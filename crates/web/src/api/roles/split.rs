//! Split a role in two.

use portcullis_app::role::SplitRole;
use portcullis_model::{
    Group,
    name::{Description, Name, Reason},
};

use crate::api::{Answer, Finds, Key, Of, Role, Write, body, groups::wire::GroupDetail};

body! {
    /// What becomes of its own.
    pub(crate) struct Split {
        /// The new role's name.
        name: Name,
        /// What it is for.
        description: Option<Description>,
        /// Which groups move to it: ids or names.
        groups: Vec<Key<Group>>,
        /// Why.
        reason: Option<Reason>,
    }
}

/// Split a role
///
/// Some of its groups move to a new role with the same people: nobody gains or loses anything.
#[utoipa::path(post, path = "/roles/{role}/split", tag = "roles", request_body = Split, responses((status = 201, body = GroupDetail)))]
pub(crate) async fn split_role(role: Of<Role>, Write { act, body }: Write<Split>) -> Answer {
    let operation = SplitRole {
        role: role.id,
        name: body.name,
        description: body.description.unwrap_or_default(),
        groups: act.ids(&body.groups)?,
        reason: body.reason.unwrap_or_default(),
    };
    act.create::<Group>(operation).await
}
