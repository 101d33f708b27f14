//! Questions across nouns: who can, why, what differs, what ends soon.

mod compare;
mod diff;
pub(super) mod expiring;
mod explain;
mod permissions;
mod search;
mod who_can;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::Web;

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(search::search))
        .routes(routes!(compare::compare))
        .routes(routes!(diff::diff))
        .routes(routes!(who_can::who_can))
        .routes(routes!(explain::explain))
        .routes(routes!(permissions::list_permissions))
        .routes(routes!(expiring::expiring))
}
