//! All routes under one roof, and what holds for every answer.

use std::net::SocketAddr;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Path, Query, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};

use crate::{Web, api, auth, authzen, error::Failure, pages, ui};

/// The most a request body may hold, in bytes.
const BODY_LIMIT: usize = 2 * 1024 * 1024;

/// Every route of the portal.
pub fn router(web: Web) -> Router {
    Router::new()
        .merge(pages::routes(&web))
        .merge(api::routes())
        .merge(authzen::routes())
        .merge(auth::routes(&web))
        .route("/assets/{name}", get(asset))
        .route("/healthz", get(health))
        .fallback(fallback)
        .method_not_allowed_fallback(async || {
            Failure::Http(
                StatusCode::METHOD_NOT_ALLOWED,
                "this address does not take that method; the `Allow` header says which it takes"
                    .into(),
            )
        })
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(CatchPanicLayer::custom(
            |_: Box<dyn std::any::Any + Send>| {
                Failure::Internal("a handler panicked".into()).into_response()
            },
        ))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn(headers))
        .with_state(web)
}

/// Answers requests on `listener` until `stop` resolves; requests under way are finished.
///
/// # Errors
/// Whatever the listener reports.
pub async fn serve(
    listener: tokio::net::TcpListener,
    web: Web,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let service = router(web).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service)
        .with_graceful_shutdown(stop)
        .await
}

async fn asset(
    Path(name): Path<String>,
    Query(query): Query<std::collections::HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let tag = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    ui::assets::serve(&name, query.get("v").map(String::as_str), tag)
}

async fn health(State(web): State<Web>) -> Response {
    let position = web.app().world().position();
    axum::Json(serde_json::json!({ "status": "ok", "position": position })).into_response()
}

async fn fallback(request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let failure = Failure::Http(
        StatusCode::NOT_FOUND,
        format!("there is nothing at `{path}`; start at `/`, or see `/api/openapi.json`"),
    );
    if path.starts_with("/api/") || path.starts_with("/access/") {
        return failure.into_response();
    }
    pages::failed(request.headers(), &failure)
}

/// What holds for every answer: no framing, no sniffing, no foreign code, nothing kept that may
/// change.
async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let set = |headers: &mut HeaderMap, name: header::HeaderName, value: &'static str| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    set(
        headers,
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
         connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(headers, header::X_FRAME_OPTIONS, "DENY");
    set(headers, header::REFERRER_POLICY, "same-origin");
    set(headers, header::CACHE_CONTROL, "no-store");
    response
}
