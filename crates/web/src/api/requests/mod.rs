//! Requests: somebody asks for access, somebody decides.

mod approve;
mod create;
mod get;
mod list;
mod reject;
pub(super) mod wire;
mod withdraw;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::Web;

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(list::list_requests, create::create_request))
        .routes(routes!(get::get_request))
        .routes(routes!(approve::approve_request))
        .routes(routes!(reject::reject_request))
        .routes(routes!(withdraw::withdraw_request))
}
