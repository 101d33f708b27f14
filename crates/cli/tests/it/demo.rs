//! The demo, over HTTP.

use serde_json::Value;

use crate::run::{Place, small_org};

async fn get(url: String) -> (u16, Value) {
    let response = reqwest::get(url).await.unwrap();
    (
        response.status().as_u16(),
        response.json().await.unwrap_or_default(),
    )
}

#[tokio::test]
async fn it_answers_once_it_says_where_and_says_only_that() {
    let place = Place::new();
    let demo = place.demo(&["--people", "40"]);
    assert_eq!(demo.lines.len(), 1, "{:?}", demo.lines);
    assert!(demo.url.starts_with("http://127.0.0.1:"), "{}", demo.url);
    let (status, health) = get(format!("{}/healthz", demo.url)).await;
    assert_eq!((status, &health["status"]), (200, &"ok".into()));
    assert!(health["position"].as_u64().unwrap() > 500);
}

#[tokio::test]
async fn it_keeps_its_data_and_serves_what_is_there() {
    let place = Place::new();
    let demo = place.demo(&["--people", "40", "--data", "d.sqlite"]);
    let (_, before) = get(format!("{}/healthz", demo.url)).await;
    demo.kill();
    let demo = place.demo(&["--people", "200", "--data", "d.sqlite"]);
    let (_, after) = get(format!("{}/healthz", demo.url)).await;
    assert!(after["position"].as_u64() >= before["position"].as_u64());
    drop(demo);
    let doctor = place
        .run(&["doctor", "--data", "d.sqlite", "--json"])
        .ok()
        .json();
    assert_eq!(doctor["counts"][0], serde_json::json!(["people", 40]));
    assert_eq!(
        place.run(&["audit", "verify", "--data", "d.sqlite"]).code,
        0
    );
}

#[tokio::test]
async fn it_serves_an_imported_organisation() {
    let place = Place::new();
    place
        .run(&["import", "org", &small_org(), "--data", "o.sqlite"])
        .ok();
    let demo = place.demo(&["--data", "o.sqlite"]);
    assert_eq!(get(format!("{}/healthz", demo.url)).await.1["position"], 1);
}

#[test]
fn a_port_that_is_taken_is_told() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ran = Place::new().run(&["demo", "--port", &port]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("choose another with --port"), "{ran:?}");
}
