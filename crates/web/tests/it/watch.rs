//! What whoever runs the program asks it.

use portcullis_app::secret::Secret;
use portcullis_model::Scope;
use portcullis_testkit::TestApp;
use portcullis_web::{Access, Decisions, SigningKey, Web, serve};
use serde_json::json;

use crate::sign_in::token;

/// Samples must be written as `name{label="value"} number`, after what they are.
fn samples(page: &str) -> Vec<(&str, f64)> {
    let mut described = Vec::new();
    let mut samples = Vec::new();
    for line in page.lines() {
        if let Some(said) = line.strip_prefix("# ") {
            let (what, rest) = said.split_once(' ').unwrap();
            assert!(matches!(what, "HELP" | "TYPE"), "{line}");
            described.push(rest.split(' ').next().unwrap());
            continue;
        }
        let (name, number) = line.rsplit_once(' ').unwrap();
        let bare = name.split('{').next().unwrap();
        assert_eq!(
            described.iter().filter(|it| **it == bare).count(),
            2,
            "{line}"
        );
        assert!(name == bare || name.ends_with("\"}"), "{line}");
        samples.push((name, number.parse().unwrap()));
    }
    assert!(page.ends_with('\n'));
    samples
}

#[tokio::test]
async fn metrics_count_what_was_done_and_tell_it_readers_only() {
    let app = TestApp::start().await.unwrap();
    let ada = app.as_user("ada");
    let page = async || {
        let reply = ada.get("/metrics").await.expect(200);
        assert!(
            reply
                .header("content-type")
                .unwrap()
                .starts_with("text/plain; version=0.0.4")
        );
        reply.body.as_str().unwrap().to_owned()
    };
    let number = |page: &str, name: &str| {
        let found = samples(page)
            .iter()
            .find(|(known, _)| *known == name)
            .map(|it| it.1);
        found.unwrap_or_else(|| panic!("no {name} in {page}"))
    };
    let before = page().await;
    let question = json!({
        "subject": { "type": "user", "id": "max" },
        "action": { "name": "use" },
        "resource": { "type": "permission", "id": "invoices:read" },
    });
    let answer = ada
        .post("/access/v1/evaluation", question)
        .await
        .expect(200);
    let said = if answer.body["decision"] == true {
        "permit"
    } else {
        "deny"
    };
    let _ = app.anonymous().get("/metrics").await.expect(401);
    let _ = ada
        .post("/api/v1/tags", json!({ "name": "T", "description": "" }))
        .await
        .expect(201);
    let after = page().await;
    let grew = |name: &str| number(&after, name) - number(&before, name);
    assert_eq!(
        grew(&format!(
            "portcullis_decisions_total{{decision=\"{said}\"}}"
        )),
        1.0
    );
    assert_eq!(grew("portcullis_http_answers_total{class=\"4xx\"}"), 1.0);
    assert_eq!(grew("portcullis_log_position"), 1.0);
    assert_eq!(number(&after, "portcullis_records{kind=\"users\"}"), 7.0);
    assert_eq!(number(&after, "portcullis_ready"), 1.0);
}

#[tokio::test]
async fn a_token_to_read_is_enough_for_metrics_and_nothing_less_is() {
    let it = TestApp::start().await.unwrap();
    let key = SigningKey::new(&[9; 32]).unwrap();
    let access = Access::Ways(Box::default());
    let web = Web::new(it.app.clone(), access, key, Decisions::default());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(serve(listener, web.clone(), std::future::pending()));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let ask = async |path: &str, token: Option<&Secret>| {
        let mut request = client.get(format!("{base}{path}"));
        if let Some(token) = token {
            request = request.bearer_auth(token.reveal());
        }
        request.send().await.unwrap().status().as_u16()
    };
    let reads = token(&it.app, "sven", "reads", &[Scope::Read]).await;
    let decides = token(&it.app, "sven", "decides", &[Scope::Decisions]).await;
    assert_eq!(ask("/metrics", Some(&reads)).await, 200);
    assert_eq!(ask("/metrics", Some(&decides)).await, 403);
    assert_eq!(ask("/metrics", None).await, 401);
    assert_eq!(ask("/readyz", None).await, 200);
    web.drain();
    assert_eq!(ask("/readyz", None).await, 503);
    assert_eq!(ask("/healthz", None).await, 200);
    assert_eq!(ask("/metrics", Some(&reads)).await, 200);
}
