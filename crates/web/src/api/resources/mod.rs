//! Registered resources: what searches look through and decisions may look at.

mod delete;
mod get;
mod list;
mod put;
mod wire;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::Web;

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(list::list_resources))
        .routes(routes!(
            get::get_resource,
            put::put_resource,
            delete::delete_resource
        ))
}
