//! Asks a decision point and a bare axum JSON echo the same questions over kept-alive connections,
//! in turn, in the same run, and prints throughput and latency of both.
//!
//!     http-bench http://127.0.0.1:8181 TOKEN [CONNECTIONS=16] [SECONDS=5] [ROUNDS=3]

use std::time::{Duration, Instant};

use axum::{Json, Router, routing::post};
use http_body_util::{BodyExt, Full};
use hyper::{Request, body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};

const BODY: &str = r#"{"subject":{"type":"user","id":"alice"},"action":{"name":"write"},"resource":{"type":"record","id":"record-1"}}"#;

type Failed = Box<dyn std::error::Error + Send + Sync>;

struct Run {
    per_second: f64,
    p50: Duration,
    p99: Duration,
}

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let mut words = std::env::args().skip(1);
    let (Some(url), Some(token)) = (words.next(), words.next()) else {
        return Err("usage: http-bench URL TOKEN [CONNECTIONS] [SECONDS] [ROUNDS]".into());
    };
    let mut number = |default: u64| words.next().map_or(Ok(default), |word| word.parse());
    let (connections, seconds, rounds) = (number(16)?, number(5)?, number(3)?);
    let ours = url.trim_start_matches("http://").trim_end_matches('/').to_owned();

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let echo = listener.local_addr()?.to_string();
    let app = Router::new().route("/access/v1/evaluation", post(async |Json(v): Json<Value>| Json(v)));
    tokio::spawn(async move { axum::serve(listener, app).await });

    let (mut echoes, mut decisions) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        echoes.push(load(&echo, &token, connections, seconds, None).await?);
        decisions.push(load(&ours, &token, connections, seconds, None).await?);
    }
    let (echo_run, our_run) = (median(echoes), median(decisions));
    let half = our_run.per_second / 2.0;
    let at_half = load(&ours, &token, connections, seconds, Some(half)).await?;
    println!("| | requests/s | p50 | p99 |\n|---|---|---|---|");
    for (name, run) in [("bare axum JSON echo", &echo_run), ("decision", &our_run), ("decision at half that load", &at_half)] {
        println!("| {name} | {:.0} | {:?} | {:?} |", run.per_second, run.p50, run.p99);
    }
    println!("\ndecision / echo: {:.0} %", 100.0 * our_run.per_second / echo_run.per_second);
    Ok(())
}

fn median(mut runs: Vec<Run>) -> Run {
    runs.sort_by(|a, b| a.per_second.total_cmp(&b.per_second));
    runs.swap_remove(runs.len() / 2)
}

/// Asks over `connections` kept-alive connections as fast as answers come, or at `rate` in all,
/// where latency counts from when a request was due.
async fn load(host: &str, token: &str, connections: u64, seconds: u64, rate: Option<f64>) -> Result<Run, Failed> {
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..connections {
        let (host, token) = (host.to_owned(), token.to_owned());
        let gap = rate.map(|rate| Duration::from_secs_f64(connections as f64 / rate));
        clients.spawn(async move {
            let stream = TcpStream::connect(&host).await?;
            stream.set_nodelay(true)?;
            let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
            tokio::spawn(connection);
            let mut times = Vec::new();
            let mut due = Instant::now();
            while due < end && Instant::now() < end {
                if let Some(gap) = gap {
                    tokio::time::sleep_until(due.into()).await;
                    due += gap;
                } else {
                    due = Instant::now();
                }
                let from = if gap.is_some() { due - gap.unwrap_or_default() } else { due };
                let request = Request::post("/access/v1/evaluation")
                    .header("host", &host)
                    .header("authorization", format!("Bearer {token}"))
                    .header("content-type", "application/json")
                    .body(Full::new(Bytes::from_static(BODY.as_bytes())))?;
                let response = sender.send_request(request).await?;
                if !response.status().is_success() {
                    return Err(format!("{host} answers {}", response.status()).into());
                }
                response.into_body().collect().await?;
                times.push(from.elapsed());
            }
            Ok::<_, Failed>(times)
        });
    }
    let mut times = Vec::new();
    while let Some(client) = clients.join_next().await {
        times.extend(client??);
    }
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    Ok(Run { per_second: times.len() as f64 / seconds as f64, p50: at(0.5), p99: at(0.99) })
}
