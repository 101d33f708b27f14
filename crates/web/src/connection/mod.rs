//! Connections: how many there may be, how long each may take, and how they end.
//!
//! Whoever connects holds a descriptor and memory before anybody knows who they are. So all waits
//! have an end (`stream`, `body`), there are fewer connections than descriptors (`crowd`), and beyond
//! those a few more that get nothing but the health check.

mod body;
mod crowd;
mod settings;
mod stream;

use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{Router, body::Body, extract::ConnectInfo, http::Request, response::Response};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use portcullis_app::places::Place;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};
use tower::Service as _;

use self::{
    body::{Answer, Sent},
    crowd::Crowd,
    settings::Phase,
    stream::Watched,
};
pub(crate) use body::unread;
pub use settings::{Connections, Deadlines};

/// Whether to stop, and who still answers.
type Stop = watch::Receiver<bool>;

/// How long a connection beyond the limit has for its health check.
const BRIEF: Duration = Duration::from_secs(5);

/// Answers requests on `listener` by `routes` until `stop` resolves; requests under way are finished.
/// Connections beyond the limit are answered by `health`.
pub(crate) async fn serve(
    listener: TcpListener,
    routes: Router,
    health: Router,
    limits: Connections,
    stop: impl Future<Output = ()>,
) {
    let (tell, stopping) = watch::channel(false);
    let crowd = Crowd::new(limits);
    tokio::pin!(stop);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut stop => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Where descriptors are short all the same, what is open has to end first.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        match crowd.admit(address.ip()) {
            Some(place) => {
                let (routes, stop) = (routes.clone(), stopping.clone());
                tokio::spawn(answer(
                    stream,
                    address,
                    routes,
                    limits.deadlines,
                    place,
                    stop,
                ));
            }
            None => {
                let (health, stop) = (health.clone(), stopping.clone());
                crowd.reserve(tokio::spawn(brief(stream, address, health, stop)));
            }
        }
    }
    drop((listener, stopping));
    tell.send_replace(true);
    tell.closed().await;
}

/// One connection, until it ends.
async fn answer(
    stream: TcpStream,
    address: SocketAddr,
    routes: Router,
    deadlines: Deadlines,
    place: Place<IpAddr>,
    mut stop: Stop,
) {
    let phase = Arc::new(Phase::default());
    let stream = TokioIo::new(Watched::new(stream, deadlines, Arc::clone(&phase)));
    let service = service_fn(move |mut request: Request<Incoming>| {
        let mut routes = routes.clone();
        let answered = Answer::begun(&phase);
        request.extensions_mut().insert(ConnectInfo(address));
        let request = request.map(|body| Body::new(Sent::new(body, deadlines.body)));
        async move {
            let response: Result<Response, Infallible> = routes.call(request).await;
            response.map(|response| response.map(|body| answered.with(body)))
        }
    });
    let connection = http1::Builder::new().serve_connection(stream, service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = &mut connection => Some(ended),
        _ = stop.wait_for(|stop| *stop) => None,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
    drop(place);
}

/// One request beyond the limit.
async fn brief(stream: TcpStream, address: SocketAddr, health: Router, mut stop: Stop) {
    let service = service_fn(move |mut request: Request<Incoming>| {
        let mut health = health.clone();
        request.extensions_mut().insert(ConnectInfo(address));
        async move { health.call(request.map(Body::new)).await }
    });
    let connection = http1::Builder::new()
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        _ = tokio::time::timeout(BRIEF, connection) => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
}
