//! The decision point: the AuthZEN Authorization API 1.0.
//!
//! Source: OpenID AuthZEN Authorization API 1.0. Evaluation, evaluations, three searches and the
//! metadata. A deny is an answer (200); a request that cannot be understood is 400, also where its
//! content type is not JSON, as the certification scenario fixes.

mod evaluate;
mod metadata;
mod page;
mod search;
mod wire;

use axum::{
    Router,
    routing::{get, post},
};

use crate::Web;

/// All routes of the decision point.
pub fn routes() -> Router<Web> {
    Router::new()
        .route("/access/v1/evaluation", post(evaluate::evaluation))
        .route("/access/v1/evaluations", post(evaluate::evaluations))
        .route("/access/v1/search/subject", post(search::subjects))
        .route("/access/v1/search/resource", post(search::resources))
        .route("/access/v1/search/action", post(search::actions))
        .route(
            "/.well-known/authzen-configuration",
            get(metadata::metadata),
        )
}
