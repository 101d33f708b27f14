//! End a user with everything they have.

use axum::http::StatusCode;
use portcullis_app::user::DeleteUser;

use crate::api::{
    extract::{Answer, Key, Write},
    wire::{Deleted, ended},
};

/// Delete a user
///
/// Ends them with every place they have; history keeps them.
#[utoipa::path(delete, path = "/users/{user}", tag = "users", responses((status = 200, body = Deleted)))]
pub(crate) async fn delete_user(Key(key): Key, Write { act, .. }: Write) -> Answer {
    let user = act.user(&key)?;
    act.run(StatusCode::OK, DeleteUser { user }, |done| {
        let login = ended!(done.change, User, user).map(|user| user.login.as_str());
        done.answer(&Deleted::new(user, login.unwrap_or_default()))
    })
    .await
}
