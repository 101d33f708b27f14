//! `portcullis openapi`: the description of the REST API.

use std::{net::Ipv4Addr, sync::Arc};

use anyhow::{Result, anyhow};
use clap::Args;
use portcullis_app::{App, RandomIds, SystemClock};
use portcullis_model::Policy;
use portcullis_store::{Live, Store};
use portcullis_web::{Access, Decisions, Web};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::{
    failure::Outcome,
    open,
    output::{self, Format},
};

/// Print the description of the REST API, as OpenAPI
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis openapi > openapi.json
  portcullis openapi | jq '.paths | keys'")]
pub(super) struct Openapi {}

/// Where the server gives it.
const PATH: &str = "/api/openapi.json";

impl Openapi {
    /// Asks a server of our own for it, over an empty database in memory: what is printed is what
    /// is served.
    pub(super) async fn run(self, format: Format) -> Result<Outcome> {
        let live = Live::start(Store::open("sqlite::memory:").await?).await?;
        let app = App::new(
            live,
            Arc::new(SystemClock),
            Arc::new(RandomIds),
            Policy::default(),
        );
        let access = Access::Demo(Vec::new());
        let key = open::signing_key(None, &app).await?;
        let web = Web::new(app, access, key, Decisions::default());
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let serving = tokio::spawn(portcullis_web::serve(listener, web, std::future::pending()));
        let mut connection = TcpStream::connect(address).await?;
        let request = format!(
            "GET {PATH} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: identity\r\nConnection: close\r\n\r\n"
        );
        connection.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).await?;
        serving.abort();
        let document = document(&answer).ok_or_else(|| {
            anyhow!("this build does not describe its API at `{PATH}`; use a newer version")
        })?;
        let pretty = serde_json::to_string_pretty(&document)?;
        output::result(format, &document, |_| pretty)?;
        Ok(Outcome::Done)
    }
}

/// The JSON in an HTTP answer, if the status is 200.
fn document(answer: &[u8]) -> Option<serde_json::Value> {
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    if !answer.starts_with(b"HTTP/1.1 200") {
        return None;
    }
    // The body may come in chunks; between them stand only sizes and line ends.
    let body = answer.get(head + 4..)?;
    let (start, end) = (
        body.iter().position(|b| *b == b'{')?,
        body.iter().rposition(|b| *b == b'}')?,
    );
    serde_json::from_slice(body.get(start..=end)?).ok()
}
