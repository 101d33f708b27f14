//! For whoever runs the program: whether it is well, whether it is ready, and what there is to count.

pub(crate) mod counts;
mod metrics;

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use portcullis_app::tasks::expiry_held_in;

use crate::Web;

/// Every route.
pub(crate) fn routes() -> Router<Web> {
    beyond().route("/metrics", get(metrics::metrics))
}

/// Those that are answered beyond the limit of connections.
pub(crate) fn beyond() -> Router<Web> {
    Router::new()
        .route("/healthz", get(health))
        .route("/readyz", get(ready))
}

async fn health(State(web): State<Web>) -> Response {
    let position = web.app().world().position();
    let (code, body) = match web.fresh() {
        // It answers, and starting it anew would not help.
        Ok(()) => {
            let mut body = serde_json::json!({ "status": "ok", "position": position });
            if let Some(held) = expiry_held_in(web.app()) {
                body["expiry"] = held.into();
            }
            (StatusCode::OK, body)
        }
        Err(failure) => (
            failure.status(),
            serde_json::json!({
                "status": "stale",
                "position": position,
                "detail": failure.problem().detail,
            }),
        ),
    };
    (code, Json(body)).into_response()
}

/// Whether requests should come here. The program listens once its world is there, so what answers has one.
async fn ready(State(web): State<Web>) -> Response {
    let (code, status) = match (web.is_draining(), web.fresh()) {
        (true, _) => (StatusCode::SERVICE_UNAVAILABLE, "draining"),
        (false, Err(failure)) => (failure.status(), "stale"),
        (false, Ok(())) => (StatusCode::OK, "ready"),
    };
    (code, Json(serde_json::json!({ "status": status }))).into_response()
}
