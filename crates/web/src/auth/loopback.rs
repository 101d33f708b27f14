//! Whether a request was made on this machine, for this machine.

use std::net::SocketAddr;

use axum::{
    extract::ConnectInfo,
    http::{header, request::Parts},
};

/// Whether the connection comes from this machine and was meant for it: the name in `Host` is
/// checked too, so that no page elsewhere can point a name of its own at us.
pub(super) fn is_local_request(parts: &Parts) -> bool {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let near = peer.is_some_and(|ConnectInfo(address)| address.ip().is_loopback());
    let host = parts
        .headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or("");
    let name = host.rsplit_once(':').map_or(host, |(name, port)| {
        if port.bytes().all(|b| b.is_ascii_digit()) {
            name
        } else {
            host
        }
    });
    near && matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}
