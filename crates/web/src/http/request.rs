//! The request under way: its id, its span, and its one line in the program's log.
//!
//! Neither holds what a client can hide a secret in: no path, query, header or body. Where the level
//! is off this costs a decision nothing but its id.

use std::{
    cell::{Cell, OnceCell},
    convert::Infallible,
    hash::BuildHasher as _,
    io::Write as _,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderName, HeaderValue, Method, StatusCode},
    response::Response,
};
use tower::{Service, service_fn};
use tracing::{Instrument as _, Level, Span, field::Empty};

use crate::watch::counts;

/// The header that correlates a request with its answer.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id that is taken from a client.
const LONGEST: usize = 64;

tokio::task_local! {
    static CURRENT: Current;
}

struct Current {
    id: HeaderValue,
    method: Method,
    route: Option<MatchedPath>,
    kind: Kind,
    span: Span,
    started: Instant,
    actor: OnceCell<Arc<str>>,
    cause: OnceCell<String>,
    is_closed: Cell<bool>,
}

#[derive(Clone, Copy)]
enum Kind {
    /// It may change something.
    Write,
    /// It asks only.
    Read,
}

macro_rules! span {
    ($level:expr, $id:expr, $method:expr, $route:expr) => {
        tracing::span!(
            target: "portcullis::requests",
            $level,
            "request",
            method = $method.as_str(),
            route = $route.as_ref().map(MatchedPath::as_str),
            request_id = text($id),
            actor = Empty,
            status = Empty,
            duration_us = Empty,
        )
    };
}

macro_rules! line {
    ($current:expr, $level:expr, { $($fields:tt)* }) => {
        tracing::event!(
            target: "portcullis::requests",
            parent: &$current.span,
            $level,
            { cause = $current.cause.get(), $($fields)* },
            "answered"
        )
    };
}

impl Current {
    fn new(request: &Request) -> Self {
        let id = id_of(request);
        let method = request.method().clone();
        let route = request.extensions().get::<MatchedPath>().cloned();
        let path = route.as_ref().map_or("", MatchedPath::as_str);
        let (kind, span) = if method.is_safe() || path.starts_with("/access/") {
            (Kind::Read, span!(Level::DEBUG, &id, method, route))
        } else {
            (Kind::Write, span!(Level::INFO, &id, method, route))
        };
        Self {
            id,
            method,
            route,
            kind,
            span,
            started: Instant::now(),
            actor: OnceCell::new(),
            cause: OnceCell::new(),
            is_closed: Cell::new(false),
        }
    }

    /// Ends the span; without a status the client did not wait for the answer.
    fn close(&self, status: Option<StatusCode>) {
        self.is_closed.set(true);
        let failed = status.is_some_and(|status| status.is_server_error());
        let duration_us = u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let status = status.map(|status| status.as_u16());
        if !self.span.is_disabled() {
            self.span.record("status", status);
            self.span.record("duration_us", duration_us);
            match (failed, self.kind) {
                (true, _) if self.cause.get().is_some() => line!(self, Level::ERROR, {}),
                (true, _) => line!(self, Level::WARN, {}),
                (false, Kind::Write) => line!(self, Level::INFO, {}),
                (false, Kind::Read) => line!(self, Level::DEBUG, {}),
            }
            return;
        }
        if !failed {
            return;
        }
        // What fails is told at every level: without its span the line says all by itself.
        let (method, request_id) = (self.method.as_str(), text(&self.id));
        let route = self.route.as_ref().map(MatchedPath::as_str);
        let actor = self.actor.get().map(|name| &**name);
        if self.cause.get().is_some() {
            line!(self, Level::ERROR, { method, route, request_id, actor, status, duration_us });
        } else {
            line!(self, Level::WARN, { method, route, request_id, actor, status, duration_us });
        }
    }
}

impl Drop for Current {
    fn drop(&mut self) {
        if !self.is_closed.get() {
            self.close(None);
        }
    }
}

/// `inner`, with an id on every answer, a span around every request and a line at its end.
pub(crate) fn observed<S, B>(
    mut inner: S,
) -> impl Service<Request, Response = Response<B>, Error = Infallible, Future: Send + 'static>
+ Clone
+ Send
+ Sync
+ 'static
where
    S: Service<Request, Response = Response<B>, Error = Infallible, Future: Send + 'static>
        + Clone
        + Send
        + Sync
        + 'static,
    B: Send + 'static,
{
    // Routes are always ready, so nobody has to be asked whether they are.
    service_fn(move |request: Request| {
        let current = Current::new(&request);
        let answer = inner.call(request).instrument(current.span.clone());
        CURRENT.scope(current, async move {
            let mut response = answer.await?;
            counts::answered(response.status());
            CURRENT.with(|current| {
                response
                    .headers_mut()
                    .insert(REQUEST_ID, current.id.clone());
                current.close(Some(response.status()));
            });
            Ok(response)
        })
    })
}

/// The id of the request under way; empty outside of one.
pub(crate) fn id() -> String {
    CURRENT
        .try_with(|current| text(&current.id).to_owned())
        .unwrap_or_default()
}

/// Notes who sent the request under way.
pub(crate) fn is_from(name: &Arc<str>) {
    // Outside of a request there is nothing to note it in.
    let _ = CURRENT.try_with(|current| {
        if current.actor.set(Arc::clone(name)).is_ok() {
            current.span.record("actor", &**name);
        }
    });
}

/// Notes why the request under way fails by a fault of ours: the first cause counts.
pub(crate) fn fails_by(cause: &str) {
    let _ = CURRENT.try_with(|current| current.cause.set(cause.to_owned()));
}

/// The client's own id, if it is one that may stand in a log, or a new one.
fn id_of(request: &Request) -> HeaderValue {
    let may_stand = |id: &&HeaderValue| {
        let id = id.as_bytes();
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-".contains(byte);
        (1..=LONGEST).contains(&id.len()) && id.iter().all(plain)
    };
    let given = request.headers().get(REQUEST_ID).filter(may_stand);
    given.cloned().unwrap_or_else(new_id)
}

/// Counts from a number by chance, so that no two runs and no two replicas meet.
fn new_id() -> HeaderValue {
    static NEXT: LazyLock<AtomicU64> =
        LazyLock::new(|| std::hash::RandomState::new().hash_one(()).into());
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let mut digits = [b'0'; 16];
    // Sixteen digits fit in sixteen bytes.
    let _ = write!(&mut digits[..], "{number:016x}");
    HeaderValue::from_bytes(&digits).unwrap_or(HeaderValue::from_static("0"))
}

fn text(id: &HeaderValue) -> &str {
    id.to_str().unwrap_or_default()
}
