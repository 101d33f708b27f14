//! End a user with everything they have.

use portcullis_app::user::DeleteUser;
use portcullis_model::User;

use crate::api::{Act, Answer, Of, wire::Deleted};

/// Delete a user
///
/// Ends them with every place they have; history keeps them.
#[utoipa::path(delete, path = "/users/{user}", tag = "users", responses((status = 200, body = Deleted)))]
pub(crate) async fn delete_user(user: Of<User>, act: Act) -> Answer {
    let operation = DeleteUser { user: user.id };
    act.delete(user.id, &user.login, operation).await
}
