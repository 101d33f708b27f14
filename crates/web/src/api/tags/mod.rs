//! Tags and what they demand.

mod create;
mod delete;
mod edit;
mod get;
mod list;
pub(super) mod wire;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::Web;

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(list::list_tags, create::create_tag))
        .routes(routes!(get::get_tag, edit::edit_tag, delete::delete_tag))
}
