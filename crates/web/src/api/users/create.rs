//! Make a user known.

use axum::http::StatusCode;
use portcullis_app::user::CreateUser;
use portcullis_model::{
    Noun, Refusal,
    name::{Email, Login, Name},
};

use super::UserDetail;
use crate::api::{
    extract::{Answer, Write},
    input::body,
    wire::{Attributes, UserKindBody, created},
};

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
        /// Whom they report to: an id, login or e-mail address.
        manager: Option<String>,
        /// Profile attributes by name.
        attributes: Option<Attributes>,
    }
}

/// Create a user
#[utoipa::path(post, path = "/users", tag = "users", request_body = NewUser, responses((status = 201, body = UserDetail)))]
pub(crate) async fn create_user(Write { act, body, .. }: Write<NewUser>) -> Answer {
    let manager = body
        .manager
        .as_deref()
        .map(|key| act.user(key))
        .transpose()?;
    let operation = CreateUser {
        login: body.login,
        name: body.name,
        email: body.email,
        kind: body.kind.unwrap_or(UserKindBody::Person).into(),
        manager,
        attributes: body.attributes.unwrap_or_default(),
    };
    act.run(StatusCode::CREATED, operation, |done| {
        let user = created!(done.change, User).and_then(|id| done.world.user(id));
        let user = user.ok_or_else(|| Refusal::not_found(Noun::User, "just created"))?;
        done.answer(&UserDetail::of(done.decider, done.world, user, done.now))
    })
    .await
}
