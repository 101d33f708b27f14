//! `portcullis health`: what containers and supervisors ask again and again.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use anyhow::{Result, anyhow};
use clap::Args;
use portcullis_connect::http::{self, Url};
use serde::Serialize;

use crate::{
    config::{Config, Where},
    failure::Outcome,
    output::{self, Format},
};

/// Ask the server on this machine whether it is ready
///
/// Goes by the same settings as `serve`, and looks at no data. Exit code 3 if it is not ready.
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis health
  portcullis health --listen 127.0.0.1:9000")]
pub(super) struct Health {
    /// Address the server listens on, where it was told by a flag
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    #[command(flatten)]
    place: Where,
}

#[derive(Serialize)]
struct Told {
    url: String,
    status: u16,
    ready: bool,
}

impl Health {
    pub(super) async fn run(self, format: Format) -> Result<Outcome> {
        let config = Config::load(&self.place, self.listen.as_deref())?;
        let address = reachable(config.server.listen.value);
        let url = format!("{}://{address}/readyz", config.tls.scheme());
        let status = http::ask_own(Url::parse(&url)?).await;
        let status = status.map_err(|why| anyhow!("{why}; see that `portcullis serve` runs"))?;
        let told = Told {
            url,
            status,
            ready: status == 200,
        };
        output::result(format, &told, |told| {
            let word = if told.ready { "ready" } else { "not ready" };
            format!("{word}: {} answers {}", told.url, told.status)
        })?;
        Ok(Outcome::of(told.ready))
    }
}

/// An address to reach a server that listens there.
fn reachable(listens: SocketAddr) -> SocketAddr {
    let ip = match listens.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listens.port())
}
