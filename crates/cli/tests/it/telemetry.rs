//! What is sent to Sentry and to a collector, by a program that was built with it.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

use crate::run::{Place, Serving};

/// What was sent: the path, and the body as it came.
type Sent = (String, Vec<u8>);

/// Takes one request and says that all is well.
fn take(stream: TcpStream) -> Option<Sent> {
    let mut reader = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).ok()?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end().to_lowercase().split_once(": ") {
            Some(("content-length", value)) => length = value.parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    reader.into_inner().write_all(answer).ok()?;
    let path = first.split(' ').nth(1)?.to_owned();
    Some((path, body))
}

/// Somebody who listens, and what they are sent.
fn receiver() -> (u16, Receiver<Sent>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let tell = tell.clone();
            // Nobody waits for who only connects. Where nobody listens any more the test is over.
            std::thread::spawn(move || take(stream).map(|sent| tell.send(sent)));
        }
    });
    (port, told)
}

const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn faults_of_pages_and_of_the_server_are_sent_without_what_is_nobodys_outside() {
    let place = Place::new();
    let (port, told) = receiver();
    let dsn = format!("http://key@127.0.0.1:{port}/7");
    let mut demo = place.command(&["demo", "--port", "0", "--people", "30"]);
    let demo = Serving::start(demo.env("PORTCULLIS_TELEMETRY_SENTRY_DSN", dsn));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let home = client.get(&demo.url).header("accept", "text/html").send();
    let home = home.await.unwrap().text().await.unwrap();
    let csrf = home.split("name=\"csrf\" value=\"").nth(1).unwrap();
    let said = [
        ("csrf", csrf.split('"').next().unwrap()),
        ("message", "boom of ana@example.com pct_0123"),
        ("at", "app.js:3"),
    ];
    let asked = client.post(format!("{}/page-errors", demo.url)).form(&said);
    let asked = asked.header("accept", "text/html").send().await.unwrap();
    assert_eq!(asked.status(), 204);
    let (path, body) = told.recv_timeout(PATIENCE).unwrap();
    assert!(path.starts_with("/api/7/envelope/"), "{path}");
    let body = String::from_utf8(body).unwrap();
    assert!(body.contains("boom of [address] [secret]"), "{body}");
    assert!(!body.contains("ana@example.com") && !body.contains("pct_0123"));
}

#[tokio::test]
async fn requests_are_traced() {
    let place = Place::new();
    place.run(&["init", "ana@example.com"]).ok();
    let (port, told) = receiver();
    let collector = format!("http://127.0.0.1:{port}/v1/traces");
    let mut serve = place.command(&["serve", "--port", "0"]);
    let serve = Serving::start(serve.env("PORTCULLIS_TELEMETRY_OTLP_ENDPOINT", collector));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let asked = client.get(format!("{}/sign-in", serve.url));
    // A request ends with the last byte of its answer.
    assert!(asked.send().await.unwrap().text().await.is_ok());
    // They come in batches; one of them has it.
    loop {
        let (path, body) = told.recv_timeout(PATIENCE).unwrap();
        assert_eq!(path, "/v1/traces");
        let body = String::from_utf8_lossy(&body);
        assert!(body.contains("service.name"), "{body}");
        if body.contains("/sign-in") {
            return;
        }
    }
}
