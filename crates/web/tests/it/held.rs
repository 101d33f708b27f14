//! Requests that are held back: what they wait for ends, and time goes on meanwhile.

use std::time::Duration;

use portcullis_testkit::TestApp;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

pub(crate) async fn connect(app: &TestApp) -> TcpStream {
    let address = app.url.strip_prefix("http://").unwrap();
    TcpStream::connect(address).await.unwrap()
}

/// The head of a write by `login`, with a body of `length` that the server has to ask for.
pub(crate) fn head(login: &str, path: &str, length: usize) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer demo-{login}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\
         expect: 100-continue\r\nconnection: close\r\n\r\n"
    )
}

/// Everything until the server closes.
pub(crate) async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(60), stream.read_to_end(&mut bytes));
    // A connection that is reset is closed, too.
    let _ = read.await.expect("the server closes");
    String::from_utf8(bytes).unwrap()
}

/// Reads until the server has the head and wants the body.
pub(crate) async fn is_asked_for_body(stream: &mut TcpStream) {
    let wanted = "HTTP/1.1 100 Continue\r\n\r\n";
    let mut bytes = vec![0; wanted.len()];
    stream.read_exact(&mut bytes).await.unwrap();
    assert_eq!(String::from_utf8(bytes).unwrap(), wanted);
}

#[tokio::test]
async fn an_owner_whose_end_passed_while_the_body_came_is_refused() {
    let app = TestApp::start().await.unwrap();
    let ada = app.as_user("ada");
    let until = "2026-03-02T09:30:00Z";
    let owner = json!({ "users": ["sven"], "until": until });
    let added = ada.post("/api/v1/groups/Wiki/owners", owner).await;
    assert!(added.status < 300, "{:#}", added.body);

    let body = json!({ "users": ["mia"], "reason": "held back" }).to_string();
    let mut stream = connect(&app).await;
    let head = head("sven", "/api/v1/groups/Wiki/members", body.len());
    stream.write_all(head.as_bytes()).await.unwrap();
    is_asked_for_body(&mut stream).await;
    app.clock.set("2026-03-02T10:00:00Z".parse().unwrap());
    stream.write_all(body.as_bytes()).await.unwrap();
    let answer = rest(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
    let members = ada.get("/api/v1/groups/Wiki/members").await.expect(200);
    assert_eq!(members.each("/user/login"), Vec::<String>::new());
}

#[tokio::test]
async fn a_change_bears_the_time_at_which_it_was_written() {
    let app = TestApp::start().await.unwrap();
    let body = json!({ "users": ["mia"], "reason": "held back" }).to_string();
    let mut stream = connect(&app).await;
    let head = head("ada", "/api/v1/groups/Wiki/members", body.len());
    stream.write_all(head.as_bytes()).await.unwrap();
    is_asked_for_body(&mut stream).await;
    app.clock.set("2026-03-02T10:00:00Z".parse().unwrap());
    stream.write_all(body.as_bytes()).await.unwrap();
    let answer = rest(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 20"), "{answer}");
    let ada = app.as_user("ada");
    let members = ada.get("/api/v1/groups/Wiki/members").await.expect(200);
    assert_eq!(members.each("/ways/0/from"), ["2026-03-02T10:00:00Z"]);
}
