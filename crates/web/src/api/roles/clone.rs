//! Clone a role.

use portcullis_app::role::{CloneRole, People};
use portcullis_model::{
    Group,
    name::{Description, Name, Reason},
};

use crate::api::{Answer, Of, Role, Write, body, choice, groups::wire::GroupDetail};

choice! {
    /// Who is in the copy.
    pub(crate) enum Who {
        /// Nobody.
        Nobody = "nobody",
        /// The same people, with the same end dates.
        Same = "same",
    }
}

body! {
    /// The copy.
    pub(crate) struct Copy {
        /// Its name.
        name: Name,
        /// What it is for; as the pattern says, if not given.
        description: Option<Description>,
        /// Who is in it: `nobody` (if not given) or the `same` people.
        people: Option<Who>,
        /// Why.
        reason: Option<Reason>,
    }
}

/// Clone a role
///
/// A role that leads where this one leads.
#[utoipa::path(post, path = "/roles/{role}/clone", tag = "roles", request_body = Copy, responses((status = 201, body = GroupDetail)))]
pub(crate) async fn clone_role(role: Of<Role>, Write { act, body }: Write<Copy>) -> Answer {
    let operation = CloneRole {
        role: role.id,
        name: body.name,
        description: body.description,
        people: match body.people {
            Some(Who::Same) => People::Same,
            Some(Who::Nobody) | None => People::Nobody,
        },
        reason: body.reason.unwrap_or_default(),
    };
    act.create::<Group>(operation).await
}
