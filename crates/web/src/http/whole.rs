//! What no request may be, whatever it asks: of two readers each would take another half of it.

use std::convert::Infallible;

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use tower::{Service, service_fn};

use crate::{auth::CSRF_HEADER, error::Failure, view::POSITION};

/// Headers that say one thing. Which of two counts, proxies and programs disagree about.
const ONCE: [HeaderName; 9] = [
    header::AUTHORIZATION,
    header::HOST,
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
    header::ORIGIN,
    HeaderName::from_static("idempotency-key"),
    HeaderName::from_static("x-request-id"),
    HeaderName::from_static(CSRF_HEADER),
    HeaderName::from_static(POSITION),
];

/// `inner`, for requests that are whole.
pub(crate) fn only_whole<S>(
    mut inner: S,
) -> impl Service<Request, Response = Response, Error = Infallible, Future: Send + 'static>
+ Clone
+ Send
+ Sync
+ 'static
where
    S: Service<Request, Response = Response<Body>, Error = Infallible, Future: Send + 'static>
        + Clone
        + Send
        + Sync
        + 'static,
{
    // Routes are always ready, so nobody has to be asked whether they are.
    service_fn(move |request: Request| {
        let answer = match wrong_with(&request) {
            Some(detail) => Err(Failure::Http(StatusCode::BAD_REQUEST, detail)),
            None => Ok(inner.call(request)),
        };
        async move {
            match answer {
                Ok(answer) => answer.await,
                Err(failure) => Ok(failure.into_response()),
            }
        }
    })
}

fn wrong_with(request: &Request) -> Option<String> {
    let headers = request.headers();
    // Nothing stands twice where there are as many values as names.
    if headers.len() > headers.keys_len() {
        let twice = |name: &&HeaderName| headers.get_all(*name).iter().nth(1).is_some();
        if let Some(name) = ONCE.iter().find(twice) {
            return Some(format!("the header `{name}` is sent twice; send it once"));
        }
    }
    // No name holds one, and a database may not even compare with it.
    let uri = request.uri();
    let holds_nul = |text: &str| text.contains("%00");
    (holds_nul(uri.path()) || uri.query().is_some_and(holds_nul)).then(|| {
        "the address holds a NUL (`%00`), which nothing is called; leave it out".to_owned()
    })
}
