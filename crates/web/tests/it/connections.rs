//! Connections that take long, and more of them than there may be.

use std::time::Duration;

use portcullis_testkit::TestApp;
use portcullis_web::{Connections, Deadlines, Limits};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::held::{connect, head, is_asked_for_body, rest};

/// Long enough for a slow machine, where it must not be reached.
const LONG: Duration = Duration::from_secs(600);
/// Over at once, where it must be.
const SHORT: Duration = Duration::from_millis(200);

const HEALTH: &[u8] = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";

async fn app(most: usize, per_address: usize, deadlines: Deadlines) -> TestApp {
    let connections = Connections {
        most,
        per_address,
        deadlines,
    };
    let limits = Limits {
        connections,
        ..Limits::default()
    };
    TestApp::limited(limits).await.unwrap()
}

const ALL_LONG: Deadlines = Deadlines {
    head: LONG,
    body: LONG,
    idle: LONG,
    stalled: LONG,
};

#[tokio::test]
async fn a_head_that_does_not_end_ends_the_connection() {
    let deadlines = Deadlines {
        head: SHORT,
        ..ALL_LONG
    };
    let app = app(100, 100, deadlines).await;
    let mut silent = connect(&app).await;
    let mut dribbling = connect(&app).await;
    dribbling
        .write_all(b"GET /healthz HTTP/1.1\r\nhost:")
        .await
        .unwrap();
    let mut second = connect(&app).await;
    second.write_all(HEALTH).await.unwrap();
    let mut some = [0; 12];
    second.read_exact(&mut some).await.unwrap();
    assert_eq!(&some, b"HTTP/1.1 200");
    second.write_all(b"GET /healthz HT").await.unwrap();
    assert_eq!(rest(&mut silent).await, "");
    assert_eq!(rest(&mut dribbling).await, "");
    let rest = rest(&mut second).await;
    assert!(rest.ends_with('}'), "only the first is answered: {rest}");
}

#[tokio::test]
async fn a_connection_without_requests_ends() {
    let deadlines = Deadlines {
        idle: SHORT,
        ..ALL_LONG
    };
    let app = app(100, 100, deadlines).await;
    let mut stream = connect(&app).await;
    for _ in 0..3 {
        stream.write_all(HEALTH).await.unwrap();
        let mut some = [0; 12];
        stream.read_exact(&mut some).await.unwrap();
        assert_eq!(&some, b"HTTP/1.1 200");
        // The rest of the answer, so that the next begins with its first line.
        let mut text = String::new();
        while !text.ends_with('}') {
            text.push(stream.read_u8().await.unwrap().into());
        }
    }
    assert_eq!(rest(&mut stream).await, "");
}

#[tokio::test]
async fn a_body_that_does_not_end_is_refused() {
    let deadlines = Deadlines {
        body: SHORT,
        ..ALL_LONG
    };
    let app = app(100, 100, deadlines).await;
    let mut stream = connect(&app).await;
    let head = head("ada", "/api/v1/groups", 1000);
    stream.write_all(head.as_bytes()).await.unwrap();
    is_asked_for_body(&mut stream).await;
    stream.write_all(b"{").await.unwrap();
    let answer = rest(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains("it did not arrive within"), "{answer}");
}

#[tokio::test]
async fn an_answer_that_nobody_takes_ends_the_connection() {
    let deadlines = Deadlines {
        stalled: SHORT,
        ..ALL_LONG
    };
    // One place: it is free again when the one who does not read is gone.
    let app = app(1, 1, deadlines).await;
    let mut deaf = connect(&app).await;
    let page = b"GET /assets/app.css HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let sending = async {
        // As many questions as go in: answers fill what the machine keeps for both ends.
        while deaf.write_all(page).await.is_ok() {}
    };
    let ended = tokio::time::timeout(LONG, sending).await;
    assert!(ended.is_ok(), "the connection is closed");
}

#[tokio::test]
async fn health_is_told_when_every_place_is_taken() {
    let app = app(3, 3, ALL_LONG).await;
    let mut held = Vec::new();
    // More than the places and the reserve.
    for _ in 0..64 {
        let mut stream = connect(&app).await;
        stream.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
        held.push(stream);
    }
    let mut checks = connect(&app).await;
    checks.write_all(HEALTH).await.unwrap();
    let answer = rest(&mut checks).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let mut other = connect(&app).await;
    other
        .write_all(b"GET /groups HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .await
        .unwrap();
    let answer = rest(&mut other).await.to_lowercase();
    assert!(answer.starts_with("http/1.1 503 "), "{answer}");
    assert!(answer.contains("retry-after: 1"), "{answer}");
    drop(held);
    // Places are free again, as soon as the server has seen it.
    loop {
        let mut again = connect(&app).await;
        let question = "GET /me HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        again.write_all(question.as_bytes()).await.unwrap();
        if !rest(&mut again).await.starts_with("HTTP/1.1 503") {
            break;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn one_user_writes_so_often_and_others_all_the_same() {
    let limits = Limits {
        writes_per_minute: 3,
        ..Limits::default()
    };
    let app = TestApp::limited(limits).await.unwrap();
    let ada = app.as_user("ada");
    let tag = |number: usize| json!({ "name": format!("T{number}"), "description": "" });
    for number in 0..3 {
        let made = ada.post("/api/v1/tags", tag(number)).await;
        let _ = made.expect(201);
    }
    let before = app.world().position();
    let refused = ada.post("/api/v1/tags", tag(3)).await.expect(429);
    assert_eq!(refused.body["code"], "too_many_requests");
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=61).contains(&wait), "{wait}");
    assert_eq!(app.world().position(), before);
    let _ = ada.get("/api/v1/tags").await.expect(200);
    // Somebody else is counted by themself.
    let olga = app.as_user("olga");
    let _ = olga.post("/api/v1/tags", tag(4)).await.expect(403);
}
