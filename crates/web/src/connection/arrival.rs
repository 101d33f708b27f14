//! How a request arrived.

use std::net::SocketAddr;

/// How a request arrived: noted by the connection, for whoever asks where it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Arrival {
    /// The other end of the connection, which may be a proxy.
    pub(crate) from: SocketAddr,
    /// What it was sent over.
    pub(crate) over: Wire,
}

/// What a request was sent over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    /// In the clear.
    Plain,
    /// TLS that ends here.
    Tls,
}
