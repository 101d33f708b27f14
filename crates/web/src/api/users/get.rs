//! Get a user with everything they have.

use portcullis_model::User;

use super::wire::UserDetail;
use crate::api::{Answer, Of, Read};

/// Get a user
///
/// With what they have, directly and through roles, every way that leads there, and until when.
#[utoipa::path(get, path = "/users/{user}", tag = "users", responses((status = 200, body = UserDetail)))]
pub(crate) async fn get_user(user: Of<User>, read: Read) -> Answer {
    read.answer(&UserDetail::of(
        read.web.decider(),
        &read.world,
        &user,
        read.now,
    ))
}
