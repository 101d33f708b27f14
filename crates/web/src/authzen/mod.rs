//! The decision point: the AuthZEN Authorization API 1.0.
//!
//! Source: OpenID AuthZEN Authorization API 1.0. Evaluation, evaluations, three searches and the
//! metadata. A deny is an answer (200); a request that cannot be understood is 400, also where its
//! content type is not JSON, as the certification scenario fixes.

mod evaluate;
mod log;
mod metadata;
mod page;
mod search;
mod wire;

pub(crate) use log::DecisionLog;

use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Web, error::Failure};

/// The header that correlates a request with its answer.
const REQUEST_ID: &str = "x-request-id";

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
        .layer(middleware::from_fn(echo_request_id))
}

async fn echo_request_id(request: Request, next: Next) -> Response {
    let id = request.headers().get(REQUEST_ID).cloned();
    let mut response = next.run(request).await;
    if let Some(id) = id {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// A JSON body as a `T`, or why not, as a 400.
fn read<T: DeserializeOwned>(headers: &HeaderMap, body: &[u8]) -> Result<T, Failure> {
    let is_json = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| {
            let essence = kind.split(';').next().unwrap_or_default().trim();
            essence.eq_ignore_ascii_case("application/json")
        });
    let bad = |detail: String| Failure::Http(StatusCode::BAD_REQUEST, detail);
    if !is_json {
        return Err(bad(
            "send the request as `Content-Type: application/json`".into()
        ));
    }
    serde_json::from_slice(body).map_err(|error| bad(format!("the body does not fit: {error}")))
}

fn answer(body: &impl Serialize, position: portcullis_model::Position) -> Response {
    let mut response = axum::Json(body).into_response();
    response
        .headers_mut()
        .insert(crate::view::POSITION, HeaderValue::from(position.0));
    response
}
