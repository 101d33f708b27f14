//! Connections: how many there may be, how long each may take, and how they end.
//!
//! Whoever connects holds a descriptor and memory before anybody knows who they are. So all waits
//! have an end (`stream`, `body`), there are fewer connections than descriptors (`crowd`), and beyond
//! those a few more that get nothing but the health check.

mod arrival;
mod body;
mod crowd;
mod settings;
mod stream;
mod tls;

use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{HeaderValue, Request, header},
    response::Response,
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{Notify, watch},
    task::JoinSet,
};
use tower::Service as _;

use self::{
    body::{Answer, Sent},
    crowd::Crowd,
    settings::Phase,
    stream::Watched,
};
pub(crate) use arrival::{Arrival, Wire};
pub(crate) use body::unread;
pub use settings::{Connections, Deadlines};
pub use tls::{Replaced, Tls, Unfit};

/// Whether to stop, and who still answers.
type Stop = watch::Receiver<bool>;

/// How long a connection beyond the limit has for its health check.
const BRIEF: Duration = Duration::from_secs(5);

/// How long who has just come has for a first request where all is to stop: to be closed before it would look
/// like a failure to them.
const FIRST: Duration = Duration::from_secs(1);

/// What browsers are told that reached us over TLS: not to come in the clear any more, for a year.
const STRICT: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Answers requests on `listener` by `routes` until `stop` resolves; requests under way are finished.
/// Connections beyond the limit are answered by `health`. With `tls` nothing is said in the clear.
pub(crate) async fn serve(
    listener: TcpListener,
    tls: Option<Tls>,
    routes: Router,
    health: Router,
    limits: Connections,
    stop: impl Future<Output = ()>,
) {
    let (tell, stopping) = watch::channel(false);
    let crowd = Crowd::new(limits);
    // They end with whoever waits for this.
    let mut talks = JoinSet::new();
    tokio::pin!(stop);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut stop => break,
            Some(_) = talks.join_next() => continue,
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
        let (tls, stop) = (tls.clone(), stopping.clone());
        match crowd.admit(address.ip()) {
            Some(place) => {
                let (routes, deadlines) = (routes.clone(), limits.deadlines);
                talks.spawn(async move {
                    answer(stream, address, tls, routes, deadlines, stop).await;
                    drop(place);
                });
            }
            None => {
                let health = health.clone();
                crowd.reserve(tokio::spawn(brief(stream, address, tls, health, stop)));
            }
        }
    }
    drop((listener, stopping));
    tell.send_replace(true);
    tell.closed().await;
}

/// One connection, until it ends. Its deadlines hold for the bytes that pass, so the first request must
/// be there in time with the handshake before it.
async fn answer(
    stream: TcpStream,
    from: SocketAddr,
    tls: Option<Tls>,
    routes: Router,
    deadlines: Deadlines,
    mut stop: Stop,
) {
    let phase = Arc::new(Phase::default());
    let stream = Watched::new(stream, deadlines, Arc::clone(&phase));
    let talk = Talk {
        from,
        routes,
        phase,
        body: deadlines.body,
    };
    let Some(tls) = tls else {
        return talk.over(Wire::Plain, stream, stop).await;
    };
    let shaken = tokio::select! {
        shaken = tls.accept(stream) => shaken,
        () = left(&mut stop, std::future::pending()) => return,
    };
    match shaken {
        Ok(stream) => talk.over(Wire::Tls, stream, stop).await,
        Err(error) => tracing::debug!(%error, "a connection did not come to speak TLS"),
    }
}

/// Until all is to stop, and then until there was a first request, or none in time.
async fn left(stop: &mut Stop, begun: impl Future<Output = ()>) {
    let _ = stop.wait_for(|stop| *stop).await;
    let _ = tokio::time::timeout(FIRST, begun).await;
}

/// What answers on a connection.
struct Talk {
    from: SocketAddr,
    routes: Router,
    phase: Arc<Phase>,
    /// How long a body may take.
    body: Duration,
}

impl Talk {
    async fn over<S>(self, over: Wire, stream: S, mut stop: Stop)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let Self {
            from,
            routes,
            phase,
            body,
        } = self;
        // Whoever is on this machine has other servers under the same name, which speak no TLS.
        let strict = over == Wire::Tls && !from.ip().to_canonical().is_loopback();
        let begun = Arc::new(Notify::new());
        let begins = Arc::clone(&begun);
        let service = service_fn(move |mut request: Request<Incoming>| {
            begins.notify_one();
            let mut routes = routes.clone();
            let answered = Answer::begun(&phase);
            request.extensions_mut().insert(Arrival { from, over });
            let request = request.map(|sent| Body::new(Sent::new(sent, body)));
            async move {
                let response: Result<Response, Infallible> = routes.call(request).await;
                response.map(|mut response| {
                    if strict {
                        let headers = response.headers_mut();
                        headers.insert(header::STRICT_TRANSPORT_SECURITY, STRICT);
                    }
                    response.map(|body| answered.with(body))
                })
            }
        });
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        tokio::pin!(connection);
        let ended = tokio::select! {
            ended = &mut connection => Some(ended),
            () = left(&mut stop, begun.notified()) => None,
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
    }
}

/// One request beyond the limit.
async fn brief(
    stream: TcpStream,
    from: SocketAddr,
    tls: Option<Tls>,
    health: Router,
    mut stop: Stop,
) {
    let answered = async {
        match tls {
            None => once(stream, from, Wire::Plain, health).await,
            Some(tls) => match tls.accept(stream).await {
                Ok(stream) => once(stream, from, Wire::Tls, health).await,
                Err(error) => tracing::debug!(%error, "a connection did not come to speak TLS"),
            },
        }
    };
    tokio::select! {
        _ = tokio::time::timeout(BRIEF, answered) => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
}

async fn once<S>(stream: S, from: SocketAddr, over: Wire, health: Router)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |mut request: Request<Incoming>| {
        let mut health = health.clone();
        request.extensions_mut().insert(Arrival { from, over });
        async move { health.call(request.map(Body::new)).await }
    });
    let connection = http1::Builder::new()
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    // Whoever goes before the answer is done is not waited for either.
    let _ = connection.await;
}
