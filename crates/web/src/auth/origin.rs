//! How a request reached us: from which address, and whether over TLS.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::ConnectInfo,
    http::{header, request::Parts},
};

use super::session::Channel;
use crate::http::said;

/// The address a request came from.
pub(crate) fn peer(parts: &Parts) -> Option<IpAddr> {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    peer.map(|ConnectInfo(address)| address.ip().to_canonical())
}

/// The host a request names, without its port.
pub(crate) fn host(parts: &Parts) -> &str {
    let host = said(&parts.headers, header::HOST).unwrap_or_default();
    without_port(host)
}

fn without_port(host: &str) -> &str {
    let with_port = host.rsplit_once(':');
    let with_port = with_port.filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
    with_port.map_or(host, |(name, _)| name)
}

/// Whether a host is this machine by name.
pub(crate) fn is_loopback(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

/// How the browser reaches us, if it may have a session that way: under the public address, which is
/// `https`, or on this machine.
pub(crate) fn channel(parts: &Parts, public_url: Option<&str>) -> Option<Channel> {
    let asked = host(parts);
    if is_loopback(asked) {
        return peer(parts)?.is_loopback().then_some(Channel::Local);
    }
    let public = public_url?.strip_prefix("https://")?;
    let public = public.split('/').next().unwrap_or_default();
    without_port(public)
        .eq_ignore_ascii_case(asked)
        .then_some(Channel::Secure)
}

/// The address under which the browser reaches us, without a slash at its end.
pub(crate) fn base(parts: &Parts, public_url: Option<&str>) -> Option<String> {
    match channel(parts, public_url)? {
        Channel::Local => {
            let host = said(&parts.headers, header::HOST)?;
            Some(format!("http://{host}"))
        }
        Channel::Secure => Some(public_url?.trim_end_matches('/').to_owned()),
    }
}
