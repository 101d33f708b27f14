//! How a request reached us: from which address, and whether over TLS.

use std::net::IpAddr;

use axum::http::{header, request::Parts};

use super::session::Channel;
use crate::{
    connection::{Arrival, Wire},
    http::{Origin, Proxies, Scheme, said},
};

/// The address of the other end of the connection, which may be a proxy.
pub(super) fn peer(parts: &Parts) -> Option<IpAddr> {
    let arrival = parts.extensions.get::<Arrival>()?;
    Some(arrival.from.ip().to_canonical())
}

/// The address a request came from.
pub(crate) fn client(parts: &Parts, proxies: &Proxies) -> Option<IpAddr> {
    origin(parts, proxies).map(|origin| origin.address)
}

/// By which scheme whoever asks reached us, or the proxy before us.
pub(crate) fn scheme(parts: &Parts, proxies: &Proxies) -> &'static str {
    let said = || origin(parts, proxies)?.scheme;
    match wire(parts) {
        Wire::Tls => Scheme::Https,
        Wire::Plain => said().unwrap_or(Scheme::Http),
    }
    .text()
}

fn origin(parts: &Parts, proxies: &Proxies) -> Option<Origin> {
    Some(proxies.origin(peer(parts)?, &parts.headers))
}

fn wire(parts: &Parts) -> Wire {
    let arrival = parts.extensions.get::<Arrival>();
    arrival.map_or(Wire::Plain, |arrival| arrival.over)
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
        let channel = match wire(parts) {
            Wire::Tls => Channel::Secure,
            Wire::Plain => Channel::Local,
        };
        return peer(parts)?.is_loopback().then_some(channel);
    }
    let public = public_url?.strip_prefix("https://")?;
    let public = public.split('/').next().unwrap_or_default();
    without_port(public)
        .eq_ignore_ascii_case(asked)
        .then_some(Channel::Secure)
}

/// The address under which the browser reaches us, without a slash at its end.
pub(crate) fn base(parts: &Parts, public_url: Option<&str>) -> Option<String> {
    let channel = channel(parts, public_url)?;
    if !is_loopback(host(parts)) {
        return Some(public_url?.trim_end_matches('/').to_owned());
    }
    let scheme = match channel {
        Channel::Local => Scheme::Http,
        Channel::Secure => Scheme::Https,
    };
    let host = said(&parts.headers, header::HOST)?;
    Some(format!("{}://{host}", scheme.text()))
}
