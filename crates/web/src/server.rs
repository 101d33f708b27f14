//! All routes under one roof, and what holds for every answer.

use std::time::Duration;

use axum::{
    Router,
    extract::{Path, Query, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use tower::{ServiceBuilder, layer::layer_fn};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};

use crate::{
    Web, api, auth, authzen,
    connection::{self, Tls},
    error::Failure,
    http,
    http::{request, whole},
    pages, ui, watch,
};

/// Every route of the portal.
pub fn router(web: Web) -> Router {
    let portal = Router::new()
        .merge(pages::routes(&web))
        .merge(api::routes())
        .merge(auth::routes(&web))
        .route("/rules/check.json", post(api::lint::lint_rules))
        .route("/assets/{name}", get(asset))
        .layer(CompressionLayer::new());
    let routes = Router::new()
        .merge(portal)
        .merge(authzen::routes())
        .merge(watch::routes())
        .fallback(fallback)
        .method_not_allowed_fallback(async |State(web): State<Web>, request: Request| {
            let detail =
                "this address does not take that method; the `Allow` header says which it takes";
            let failure = Failure::Http(StatusCode::METHOD_NOT_ALLOWED, detail.into());
            refused(&web, request, failure).await
        });
    everywhere(routes).with_state(web)
}

/// `routes`, with what holds for every answer. Each further layer costs every decision an
/// allocation or two, and a decision costs little else: so this is one layer, and decisions are too
/// short to compress.
fn everywhere<S: Clone + Send + Sync + 'static>(routes: Router<S>) -> Router<S> {
    let layers = ServiceBuilder::new()
        .layer(layer_fn(request::observed))
        .map_response(guard)
        .layer(CatchPanicLayer::custom(
            |_: Box<dyn std::any::Any + Send>| {
                Failure::Internal("a handler panicked".into()).into_response()
            },
        ))
        .layer(layer_fn(whole::only_whole));
    routes.layer(layers)
}

/// Answers requests on `listener` until `stop` resolves; requests under way are finished.
pub async fn serve(
    listener: tokio::net::TcpListener,
    web: Web,
    stop: impl Future<Output = ()> + Send + 'static,
) {
    serve_over(listener, None, web, stop).await;
}

/// The same over TLS, where there is a certificate.
pub async fn serve_over(
    listener: tokio::net::TcpListener,
    tls: Option<Tls>,
    web: Web,
    stop: impl Future<Output = ()> + Send + 'static,
) {
    let limits = web.limits().connections;
    let beyond = everywhere(
        Router::new()
            .merge(watch::beyond())
            .fallback(async || Failure::Busy),
    );
    let beyond = beyond.with_state(web.clone());
    let noting = tokio::spawn(note_uses(web.clone()));
    // The first page offers them.
    if let Err(error) = web.refresh_providers().await {
        tracing::warn!(%error, "could not read what identity providers there are; trying again");
    }
    let following = tokio::spawn(follow_providers(web.clone()));
    let routes = router(web.clone());
    connection::serve(listener, tls, routes, beyond, limits, stop).await;
    noting.abort();
    following.abort();
    write_uses(&web).await;
}

/// Knows the identity providers as they are set up, here or on another server.
async fn follow_providers(web: Web) {
    let mut moved = web.app().live().subscribe();
    loop {
        if let Err(error) = web.refresh_providers().await {
            tracing::warn!(%error, "could not read what identity providers there are; trying again");
            tokio::time::sleep(Duration::from_secs(1)).await;
            continue;
        }
        if moved.changed().await.is_err() {
            return;
        }
    }
}

/// Writes now and then when sessions and tokens were used.
async fn note_uses(web: Web) {
    /// How long between two times.
    const PAUSE: Duration = Duration::from_secs(30);
    /// Of so many times one also forgets those that are no more.
    const FORGET: u32 = 120;
    for round in 1_u32.. {
        tokio::time::sleep(PAUSE).await;
        write_uses(&web).await;
        if round % FORGET != 0 {
            continue;
        }
        let world = web.app().world();
        web.authenticator()
            .uses()
            .forget(|id| world.credential(id).is_some());
        if let Err(error) = web.app().store().prune_uses().await {
            tracing::warn!(%error, "could not forget uses of what is no more");
        }
    }
}

async fn write_uses(web: &Web) {
    let written = web.authenticator().uses().write(web.app().store()).await;
    if let Err(error) = written {
        tracing::warn!(%error, "could not note when sessions and tokens were used");
    }
}

async fn asset(
    Path(name): Path<String>,
    Query(query): Query<std::collections::HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let tag = http::said(&headers, header::IF_NONE_MATCH);
    ui::assets::serve(&name, query.get("v").map(String::as_str), tag)
}

async fn fallback(State(web): State<Web>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let failure = Failure::Http(
        StatusCode::NOT_FOUND,
        format!("there is nothing at `{path}`; start at `/`, or see `/api/openapi.json`"),
    );
    refused(&web, request, failure).await
}

/// Why nothing answers a request: a problem for programs, a page with a way on for people.
async fn refused(web: &Web, request: Request, failure: Failure) -> Response {
    let path = request.uri().path();
    if path.starts_with("/api/") || path.starts_with("/access/") {
        return failure.into_response();
    }
    let (mut parts, _) = request.into_parts();
    pages::failure_page(web, &mut parts, &failure).await
}

/// What holds for every answer: no sniffing, nothing kept that may change; and for what a browser
/// may show, no framing and no foreign code.
fn guard<B>(mut response: Response<B>) -> Response<B> {
    let headers = response.headers_mut();
    let is_data = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind == "application/json" || kind == "application/problem+json");
    let mut set = |name: HeaderName, value: &'static str| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::CACHE_CONTROL, "no-store");
    if !is_data {
        set(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
             connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        );
        set(header::X_FRAME_OPTIONS, "DENY");
        set(header::REFERRER_POLICY, "same-origin");
    }
    response
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use axum::body::Body;
    use tower::ServiceExt as _;

    use super::*;

    /// What is logged by default while one request is answered.
    async fn told_by(path: &str) -> (StatusCode, String) {
        struct Text(Arc<Mutex<Vec<u8>>>);

        impl std::io::Write for Text {
            fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
                self.0.lock().unwrap().extend_from_slice(bytes);
                Ok(bytes.len())
            }

            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }

        let text = Arc::new(Mutex::new(Vec::new()));
        let writer = Arc::clone(&text);
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_max_level(tracing::Level::WARN)
            .with_writer(move || Text(Arc::clone(&writer)))
            .finish();
        let _guard = tracing::subscriber::set_default(subscriber);
        let routes = Router::new()
            .route(
                "/fault/{key}",
                get(async || Failure::Internal("the cause".into())),
            )
            .route(
                "/panic/{key}",
                get(async || -> StatusCode { panic!("of a bug") }),
            );
        let request = Request::get(path).header("x-request-id", "this-one");
        let request = request.body(Body::empty()).unwrap();
        let answer = everywhere(routes).oneshot(request).await.unwrap();
        let told = String::from_utf8(text.lock().unwrap().clone()).unwrap();
        (answer.status(), told)
    }

    #[tokio::test]
    async fn a_fault_of_ours_is_one_line_with_its_cause_and_its_request() {
        for (path, cause) in [
            ("/fault/secret", "the cause"),
            ("/panic/secret", "a handler panicked"),
        ] {
            let (status, told) = told_by(path).await;
            assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
            assert_eq!(told.lines().count(), 1, "{told}");
            for part in [
                "ERROR portcullis::requests",
                cause,
                "this-one",
                "GET",
                "/{key}",
                "status=500",
            ] {
                assert!(told.contains(part), "no {part} in {told}");
            }
            assert!(!told.contains("secret"), "{told}");
        }
    }
}
