//! Rules: which ones somebody is judged by, and findings about a list.

mod diff;
pub(crate) mod lint;
mod mine;
pub(super) mod wire;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::Web;

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(mine::my_rules))
        .routes(routes!(mine::user_rules))
        .routes(routes!(lint::lint_rules))
        .routes(routes!(diff::diff_rules))
}
