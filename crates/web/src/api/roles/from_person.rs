//! Create a role from what a person has.

use portcullis_app::role::RoleFromPerson;
use portcullis_model::{
    Group, User,
    name::{Description, Name, Reason},
};

use crate::api::{Answer, Finds, Key, Write, body, groups::wire::GroupDetail};

body! {
    /// Whose access becomes a role.
    pub(crate) struct FromPerson {
        /// Whose: an id or login.
        user: Key<User>,
        /// The role's name.
        name: Name,
        /// What it is for.
        description: Option<Description>,
        /// Which of the person's groups; all managed groups that are no roles, if not given.
        groups: Option<Vec<Key<Group>>>,
        /// Why.
        reason: Option<Reason>,
    }
}

/// Create a role from a person
///
/// A role that leads into the groups the person is in, with the person in it.
#[utoipa::path(post, path = "/roles/from-person", tag = "roles", request_body = FromPerson, responses((status = 201, body = GroupDetail)))]
pub(crate) async fn role_from_person(Write { act, body }: Write<FromPerson>) -> Answer {
    let operation = RoleFromPerson {
        user: act.one(&body.user)?.id,
        name: body.name,
        description: body.description.unwrap_or_default(),
        groups: act.maybe_ids(&body.groups)?,
        reason: body.reason.unwrap_or_default(),
    };
    act.create::<Group>(operation).await
}
