//! Change what is known of a user.

use axum::http::StatusCode;
use portcullis_app::{Update, user::EditUser};
use portcullis_model::{
    Noun, Refusal,
    name::{Email, Login, Name},
};

use super::UserDetail;
use crate::api::{
    extract::{Answer, Key, Write},
    input::body,
    wire::Attributes,
};

body! {
    /// What changes; the rest stays.
    pub(crate) struct UserChange {
        /// What they sign in as.
        login: Option<Login>,
        /// As people call them.
        name: Option<Name>,
        /// Where they can be written to; null for nowhere.
        email: Update<Email>,
        /// Whom they report to: an id, login or e-mail address; null for nobody.
        manager: Update<String>,
        /// Profile attributes, all of them.
        attributes: Option<Attributes>,
    }
}

/// Edit a user
#[utoipa::path(patch, path = "/users/{user}", tag = "users", request_body = UserChange, responses((status = 200, body = UserDetail)))]
pub(crate) async fn edit_user(Key(key): Key, Write { act, body, .. }: Write<UserChange>) -> Answer {
    let user = act.user(&key)?;
    let operation = EditUser {
        user,
        login: body.login,
        name: body.name,
        email: body.email,
        manager: body.manager.try_map(|key| act.user(&key))?,
        attributes: body.attributes,
    };
    act.run(StatusCode::OK, operation, |done| {
        let user = done
            .world
            .user(user)
            .ok_or_else(|| Refusal::not_found(Noun::User, user))?;
        done.answer(&UserDetail::of(done.decider, done.world, user, done.now))
    })
    .await
}
