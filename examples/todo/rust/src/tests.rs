//! The cases of `../../cases.json`, which the servers in Node.js and Python pass too.

use axum::body::{Body, to_bytes};
use axum::http::Request;
use serde::Deserialize;
use serde_json::Value;
use tower::ServiceExt as _;

const CASES: &str = include_str!("../../cases.json");

#[derive(Deserialize)]
struct Case {
    who: Option<String>,
    ask: String,
    body: Option<Value>,
    status: u16,
    answer: Option<Value>,
    ids: Option<Value>,
}

#[tokio::test]
async fn every_case_is_answered_as_it_says() {
    let cases: Vec<Case> = serde_json::from_str(CASES).expect("cases");
    assert_eq!(cases.len(), 17);
    let app = super::router().expect("rules that compile");
    for case in cases {
        let (method, path) = case.ask.split_once(' ').expect("a method and a path");
        let mut request = Request::builder().method(method).uri(path);
        if let Some(who) = &case.who {
            request = request.header("remote-user", who);
        }
        let body = case
            .body
            .as_ref()
            .map_or(Body::empty(), |body| Body::from(body.to_string()));
        let request = request
            .header("content-type", "application/json")
            .body(body);
        let response = app
            .clone()
            .oneshot(request.expect("a request"))
            .await
            .expect("an answer");
        let case_name = format!("{:?} {} {:?}", case.who, case.ask, case.body);
        assert_eq!(response.status().as_u16(), case.status, "{case_name}");
        let text = to_bytes(response.into_body(), 1 << 16)
            .await
            .expect("a body");
        let answer: Value = serde_json::from_slice(&text).unwrap_or_default();
        if let Some(expected) = case.answer {
            assert_eq!(answer, expected, "{case_name}");
        }
        if let Some(expected) = case.ids {
            let ids = answer
                .as_array()
                .expect("a list")
                .iter()
                .map(|todo| todo["id"].clone());
            assert_eq!(ids.collect::<Value>(), expected, "{case_name}");
        }
    }
}
