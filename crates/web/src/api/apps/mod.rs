//! Apps: the systems people need access to.

mod create;
mod delete;
mod edit;
mod get;
mod list;
mod wire;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::Web;

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(list::list_apps, create::create_app))
        .routes(routes!(get::get_app, edit::edit_app, delete::delete_app))
}
