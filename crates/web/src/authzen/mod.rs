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
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::{Serialize, de::DeserializeOwned};

use self::wire::Object;
use crate::{Web, error::Failure};

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

/// A JSON body as a `T`, or why it is none, as a 400.
struct Asked<T>(T);

impl<T: DeserializeOwned> FromRequest<Web> for Asked<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Failure> {
        let bad = |detail: String| Failure::Http(StatusCode::BAD_REQUEST, detail);
        if !is_json(request.headers()) {
            return Err(bad(
                "send the request as `Content-Type: application/json`".into()
            ));
        }
        let body = Bytes::from_request(request, web)
            .await
            .map_err(|refused| Failure::Http(refused.status(), refused.body_text()))?;
        let asked: Object<T> = serde_json::from_slice(&body)
            .map_err(|error| bad(format!("the body does not fit: {error}")))?;
        Ok(Self(asked.0))
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    kind.and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| {
            let essence = kind.split(';').next().unwrap_or_default().trim();
            essence.eq_ignore_ascii_case("application/json")
        })
}

fn answer(body: &impl Serialize, position: portcullis_model::Position) -> Response {
    let mut response = axum::Json(body).into_response();
    response
        .headers_mut()
        .insert(crate::view::POSITION, HeaderValue::from(position.0));
    response
}
