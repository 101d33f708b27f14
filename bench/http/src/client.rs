//! Asks over kept-alive connections, a thread each: a thread's sleep is exact to some 50 µs, which
//! a fixed rate needs, and blocking reads leave the processor to the server.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, anyhow, ensure};
use serde_json::Value;

use crate::server::{self, Server};

/// How much is asked.
pub struct Load {
    pub connections: u32,
    pub time: Duration,
    /// As fast as answers come, or so many a second in all.
    pub per_second: Option<f64>,
}

/// What came of it.
pub struct Run {
    pub per_second: f64,
    pub p50: Duration,
    pub p99: Duration,
    /// Processor time of the server per request.
    pub cpu: Duration,
}

struct Connection {
    reader: BufReader<TcpStream>,
    request: Vec<u8>,
    body: Vec<u8>,
}

impl Connection {
    fn open(address: &str, question: &Value) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        let body = question.to_string();
        let request = format!(
            "POST /access/v1/evaluation HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            server::TOKEN,
            body.len(),
        );
        Ok(Self {
            reader: BufReader::new(stream),
            request: request.into(),
            body: Vec::new(),
        })
    }

    /// Asks once; the answer's body is in `body`.
    fn ask(&mut self) -> Result<()> {
        self.reader.get_mut().write_all(&self.request)?;
        let mut line = String::new();
        self.reader.read_line(&mut line)?;
        ensure!(
            line.starts_with("HTTP/1.1 200 "),
            "the server answers {line:?}"
        );
        let mut length = None;
        loop {
            line.clear();
            self.reader.read_line(&mut line)?;
            let header = line.trim_end();
            if header.is_empty() {
                break;
            }
            if let Some((name, value)) = header.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = Some(value.trim().parse()?);
            }
        }
        self.body
            .resize(length.context("an answer without a length")?, 0);
        Ok(self.reader.read_exact(&mut self.body)?)
    }

    /// Asks until `load` is over; how long each answer took since it was due.
    fn ask_for(&mut self, load: &Load) -> Result<Vec<Duration>> {
        let gap = load
            .per_second
            .map(|rate| Duration::from_secs_f64(f64::from(load.connections) / rate));
        let start = Instant::now();
        let (mut due, mut times) = (start, Vec::new());
        while due.duration_since(start) < load.time {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            self.ask()?;
            times.push(due.elapsed());
            due = gap.map_or_else(Instant::now, |gap| due + gap);
        }
        Ok(times)
    }
}

/// Asks once.
pub fn ask(address: &str, question: &Value) -> Result<Value> {
    let mut connection = Connection::open(address, question)?;
    connection.ask()?;
    Ok(serde_json::from_slice(&connection.body)?)
}

/// Asks as `load` says.
pub fn run(server: &Server, question: &Value, load: &Load) -> Result<Run> {
    let (before, start) = (server.cpu()?, Instant::now());
    let mut times = thread::scope(|scope| {
        let client = |i: u32| {
            let mut connection = Connection::open(&server.address, question)?;
            // Spread over the first gap, so that not all are due at once.
            if let Some(rate) = load.per_second {
                thread::sleep(Duration::from_secs_f64(f64::from(i) / rate));
            }
            connection.ask_for(load)
        };
        let clients: Vec<_> = (0..load.connections)
            .map(|i| scope.spawn(move || client(i)))
            .collect();
        clients.into_iter().try_fold(Vec::new(), |mut all, client| {
            all.extend(client.join().map_err(|_| anyhow!("a client panicked"))??);
            Ok::<_, anyhow::Error>(all)
        })
    })?;
    let (elapsed, cpu) = (start.elapsed(), server.cpu()?.saturating_sub(before));
    times.sort_unstable();
    let count = u32::try_from(times.len())?;
    Ok(Run {
        per_second: f64::from(count) / elapsed.as_secs_f64(),
        p50: times[times.len() / 2],
        p99: times[times.len() * 99 / 100],
        cpu: cpu / count,
    })
}
