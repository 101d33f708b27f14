//! Change what is known of a user.

use portcullis_app::{Update, user::EditUser};
use portcullis_model::{
    User,
    name::{Email, Login, Name},
};

use super::wire::UserDetail;
use crate::api::{Answer, Finds, Key, Of, Write, body, wire::Attributes};

body! {
    /// What changes; the rest stays.
    pub(crate) struct UserChange {
        /// What they sign in as.
        login: Option<Login>,
        /// As people call them.
        name: Option<Name>,
        /// Where they can be written to; null for nowhere.
        email: Update<Email>,
        /// Whom they report to: an id or login; null for nobody.
        manager: Update<Key<User>>,
        /// Profile attributes, all of them.
        attributes: Option<Attributes>,
    }
}

/// Edit a user
#[utoipa::path(patch, path = "/users/{user}", tag = "users", request_body = UserChange, responses((status = 200, body = UserDetail)))]
pub(crate) async fn edit_user(user: Of<User>, Write { act, body }: Write<UserChange>) -> Answer {
    let operation = EditUser {
        user: user.id,
        login: body.login,
        name: body.name,
        email: body.email,
        manager: body
            .manager
            .try_map(|key| act.one(&key).map(|user| user.id))?,
        attributes: body.attributes,
    };
    act.edit(user.id, operation).await
}
