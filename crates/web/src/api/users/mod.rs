//! Users: who is known, what they have and through what.

mod create;
mod delete;
mod edit;
mod expiring;
mod get;
mod history;
mod list;
pub(super) mod wire;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::Web;

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(list::list_users, create::create_user))
        .routes(routes!(get::get_user, edit::edit_user, delete::delete_user))
        .routes(routes!(history::user_history))
        .routes(routes!(expiring::user_expiring))
}
