//! Make a user known.

use portcullis_app::user::CreateUser;
use portcullis_model::{
    User,
    name::{Email, Login, Name},
};

use super::wire::{UserDetail, UserKindBody};
use crate::api::{Answer, Finds, Key, Write, body, wire::Attributes};

body! {
    /// A user to make known.
    pub(crate) struct NewUser {
        /// What they sign in as.
        login: Login,
        /// As people call them.
        name: Name,
        /// Where they can be written to.
        email: Option<Email>,
        /// Person (if not given) or service.
        kind: Option<UserKindBody>,
        /// Whom they report to: an id or login.
        manager: Option<Key<User>>,
        /// Profile attributes by name.
        attributes: Option<Attributes>,
    }
}

/// Create a user
#[utoipa::path(post, path = "/users", tag = "users", request_body = NewUser, responses((status = 201, body = UserDetail)))]
pub(crate) async fn create_user(Write { act, body }: Write<NewUser>) -> Answer {
    let operation = CreateUser {
        manager: act.maybe(&body.manager)?.map(|manager| manager.id),
        login: body.login,
        name: body.name,
        email: body.email,
        kind: body.kind.unwrap_or(UserKindBody::Person).into(),
        attributes: body.attributes.unwrap_or_default(),
    };
    act.create::<User>(operation).await
}
