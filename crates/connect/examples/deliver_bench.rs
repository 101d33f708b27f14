//! How fast due deliveries reach a healthy receiver, and how much memory that takes:
//! `cargo run --release -p portcullis-connect --example deliver_bench -- 100000 [RECORDS]`
//!
//! RECORDS says over how many records they are spread; each has an order of its own.

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measurement, told on the terminal"
)]

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use portcullis_app::{
    App, Clock, RandomIds, SystemClock, deliver::Sink, notices::EventFilter, tasks::Deliverer,
};
use portcullis_connect::{
    http::{Http, Reach, Settings, Url},
    webhook::{Key, Webhook, WebhookSink},
};
use portcullis_model::Policy;
use portcullis_store::{Due, Effect, Live, Store};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

type Failure = Box<dyn std::error::Error>;

/// Answers every request with 204.
async fn receive(mut stream: TcpStream, received: Arc<AtomicU64>) -> std::io::Result<()> {
    let (mut buffer, mut seen) = (vec![0; 64 << 10], Vec::new());
    loop {
        let read = stream.read(&mut buffer).await?;
        if read == 0 {
            return Ok(());
        }
        seen.extend_from_slice(&buffer[..read]);
        while let Some(end) = seen.windows(4).position(|part| part == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&seen[..end]).to_lowercase();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            let whole = end + 4 + length.and_then(|text| text.parse().ok()).unwrap_or(0);
            if seen.len() < whole {
                break;
            }
            seen.drain(..whole);
            received.fetch_add(1, Ordering::Relaxed);
            stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await?;
        }
    }
}

/// Resident memory in MB, now and at most, where the system tells.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = |name: &str| {
        let found = status.lines().find_map(|line| line.strip_prefix(name));
        let kilobytes = found.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
        kilobytes.unwrap_or_default() / 1024
    };
    format!("{} MB, {} MB at most", line("VmRSS:"), line("VmHWM:"))
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut numbers = std::env::args()
        .skip(1)
        .filter_map(|text| text.parse::<usize>().ok());
    let count = numbers.next().unwrap_or(100_000);
    let records = numbers.next().unwrap_or(count);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = Url::parse(&format!("http://{}/", listener.local_addr()?))?;
    let received = Arc::new(AtomicU64::new(0));
    let counting = Arc::clone(&received);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(receive(stream, Arc::clone(&counting)));
        }
    });

    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let webhook = Webhook {
        name: "bench".to_owned(),
        url,
        keys: vec![Key::parse("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")?],
        events: EventFilter::default(),
        reach: Reach::Anywhere,
        source: "/bench".to_owned(),
    };
    let http = Http::new(&Settings::default(), Arc::clone(&clock))?;
    let sink: Arc<dyn Sink> = Arc::new(WebhookSink::new(webhook, http));
    let folder = tempfile::tempdir()?;
    let place = format!("sqlite:{}", folder.path().join("bench.sqlite").display());
    let live = Live::with_sinks(Store::open(&place).await?, [Arc::clone(&sink) as _]).await?;
    let app = App::new(
        live,
        Arc::clone(&clock),
        Arc::new(RandomIds),
        Policy::default(),
    );
    let effects = (0..count).map(|n| {
        let subject = format!("group/{}", n % records.max(1));
        let effect = Effect {
            order_key: subject.clone(),
            dedup_key: format!("1-{n}"),
            payload: json!({ "type": "group.created", "subject": subject, "text": "The group was created.", "data": { "n": n } }),
            delay: Duration::ZERO,
        };
        ("bench".to_owned(), effect)
    });
    let due = Due {
        from: None,
        until: clock.now(),
        position: app.world().position(),
        effects: effects.collect(),
    };
    app.store().outbox().write_due("bench", due).await?;
    println!("{count} due over {records} records: {}", memory());

    let (began, mut deliverer) = (Instant::now(), Deliverer::new(app, sink));
    let mut told = 0;
    while deliverer.round().await? > 0 {
        let now = received.load(Ordering::Relaxed);
        if now / 20_000 > told {
            told = now / 20_000;
            println!(
                "{now} received after {:.1} s: {}",
                began.elapsed().as_secs_f64(),
                memory()
            );
        }
    }
    let (seconds, received) = (
        began.elapsed().as_secs_f64(),
        received.load(Ordering::Relaxed),
    );
    println!(
        "{received} in {seconds:.1} s: {:.0} a second, {}",
        received as f64 / seconds,
        memory()
    );
    Ok(())
}
