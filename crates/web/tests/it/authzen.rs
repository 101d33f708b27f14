//! The decision point over HTTP: the certification scenario and the interop payloads, each against
//! the policy that its text states.

mod batch;
mod strict;

use std::{collections::BTreeSet, sync::Arc};

use portcullis_app::{
    App, RandomIds, Settings, SystemClock, decide::Types, import::Policy, sync::SyncSource,
};
use portcullis_model::{Actor, ConnectorId};
use portcullis_store::{Live, Store};
use portcullis_web::{Access, Decisions, SigningKey, Token, TokenSubject, Ways, Web, serve};
use reqwest::StatusCode;
use serde_json::Value;
use sha2::{Digest, Sha256};

const TOKEN: &str = "enforcement-point";
const PUBLIC: &str = "https://pdp.example.com";

struct Pdp {
    base: String,
    client: reqwest::Client,
    _folder: tempfile::TempDir,
}

impl Pdp {
    /// A decision point that holds `policy` and nothing else.
    async fn start(policy: &str) -> Self {
        Self::start_closed(policy, &[]).await
    }

    /// The same, where these types of resource are closed.
    async fn start_closed(policy: &str, closed: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("pdp.sqlite").display());
        let live = Live::start(Store::open(&url).await.unwrap()).await.unwrap();
        let app = App::new(
            live,
            Arc::new(SystemClock),
            Arc::new(RandomIds),
            Settings {
                types: Types {
                    subjects: vec!["user".into(), "identity".into()],
                    closed: closed.iter().map(ToString::to_string).collect(),
                },
                ..Settings::default()
            },
        );
        let policy: Policy = serde_json::from_str(policy).unwrap();
        let context = app.context(Actor::Connector(ConnectorId::IMPORT));
        app.commit(context, SyncSource::new(policy), None)
            .await
            .unwrap();
        let access = Access::Ways(Box::new(Ways {
            tokens: vec![Token {
                name: "test".into(),
                sha256: Sha256::digest(TOKEN).into(),
                subject: TokenSubject::Decisions,
            }],
            ..Ways::default()
        }));
        let decisions = Decisions {
            public_url: Some(PUBLIC.into()),
            log_sample: 1.0,
            ..Decisions::default()
        };
        let key = SigningKey::new(&[7; 32]).unwrap();
        let web = Web::new(app, access, key, decisions);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(serve(listener, web, std::future::pending()));
        Self {
            base,
            client: reqwest::Client::new(),
            _folder: folder,
        }
    }

    fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", self.base);
        let method = method.parse().unwrap();
        self.client.request(method, url).bearer_auth(TOKEN)
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        self.request("POST", path)
            .json(body)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    }
}

fn vectors(name: &str) -> Vec<Value> {
    let path = format!("{}/tests/vectors/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    file["cases"].as_array().unwrap().clone()
}

fn policy(name: &str) -> String {
    let path = match name {
        "certification" => format!(
            "{}/../../examples/authzen/policy.json",
            env!("CARGO_MANIFEST_DIR")
        ),
        _ => format!(
            "{}/tests/vectors/policy-{name}.json",
            env!("CARGO_MANIFEST_DIR")
        ),
    };
    std::fs::read_to_string(path).unwrap()
}

/// What an answer holds apart from the context that a decision point may add.
fn without_context(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .filter(|(name, _)| *name != "context")
            .map(|(name, value)| (name.clone(), without_context(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(without_context).collect(),
        other => other.clone(),
    }
}

fn as_set(results: &Value) -> BTreeSet<String> {
    results
        .as_array()
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect()
}

async fn check(pdp: &Pdp, case: &Value) -> Result<(), String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut request = pdp.request(&text(&case["method"]), &text(&case["path"]));
    for (name, value) in case["headers"].as_object().into_iter().flatten() {
        request = request.header(name, text(value));
    }
    if let Some(raw) = case["raw_body"].as_str() {
        request = request.body(raw.to_owned());
    } else if case["method"] == "POST" {
        request = request.json(&case["request"]);
    }
    let response = request.send().await.map_err(|error| error.to_string())?;
    let expect = &case["expect"];
    let wrong =
        |what: &str, got: &dyn std::fmt::Display| Err(format!("{}: {what}: {got}", case["id"]));
    if u64::from(response.status().as_u16()) != expect["status"].as_u64().unwrap() {
        return wrong("status", &response.status());
    }
    for (name, value) in expect["headers"].as_object().into_iter().flatten() {
        let got = response
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok());
        if got != value.as_str() {
            return wrong(name, &got.unwrap_or("absent"));
        }
    }
    if expect["status"] != 200 {
        return Ok(());
    }
    let kind = response.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    if kind != "application/json" {
        return wrong("content type", &kind);
    }
    let body: Value = response.json().await.map_err(|error| error.to_string())?;
    if !expect["body"].is_null() && without_context(&body) != expect["body"] {
        return wrong("body", &body);
    }
    if !expect["results_as_set"].is_null()
        && as_set(&body["results"]) != as_set(&expect["results_as_set"])
    {
        return wrong("results", &body);
    }
    if !expect["results_include"].is_null()
        && !as_set(&body["results"]).is_superset(&as_set(&expect["results_include"]))
    {
        return wrong("results", &body);
    }
    if expect["shape"]
        .as_str()
        .is_some_and(|shape| shape.contains("decision"))
    {
        let decisions = body["evaluations"]
            .as_array()
            .map_or(&[][..], Vec::as_slice);
        if decisions.is_empty() || decisions.iter().any(|item| !item["decision"].is_boolean()) {
            return wrong("shape", &body);
        }
    }
    for member in expect["required"].as_array().into_iter().flatten() {
        if body[text(member)].is_null() {
            return wrong("member", member);
        }
    }
    Ok(())
}

async fn check_all(pdp: &Pdp, cases: &[Value]) {
    let mut wrong = Vec::new();
    for case in cases {
        // The follow-up page needs the token of the page before: a test of its own.
        if case["request"].to_string().contains("$next_token") {
            continue;
        }
        if let Err(message) = check(pdp, case).await {
            wrong.push(message);
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} fail:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

#[tokio::test]
async fn the_certification_scenario_passes() {
    let pdp = Pdp::start(&policy("certification")).await;
    let cases = vectors("certification");
    assert_eq!(cases.len(), 61);
    check_all(&pdp, &cases).await;
}

#[tokio::test]
async fn a_record_of_a_closed_type_that_nobody_registered_is_denied_and_found_by_no_search() {
    let pdp = Pdp::start_closed(&policy("certification"), &["record"]).await;
    check_all(&pdp, &vectors("certification")).await;
    let alice = serde_json::json!({ "type": "user", "id": "alice" });
    for (record, known) in [("record-1", true), ("no-such-record", false), ("", false)] {
        let body = serde_json::json!({
            "subject": alice, "action": { "name": "read" },
            "resource": { "type": "record", "id": record },
        });
        let decided = pdp.post("/access/v1/evaluation", &body).await;
        assert_eq!(decided["decision"], known, "{record}");
        for search in ["subject", "action"] {
            let found = pdp
                .post(&format!("/access/v1/search/{search}"), &body)
                .await;
            let results = found["results"].as_array().unwrap();
            assert_eq!(!results.is_empty(), known, "{search} for {record}");
        }
    }
    // Not closed, a rule for every record is a rule for that one too.
    let open = Pdp::start(&policy("certification")).await;
    let body = serde_json::json!({
        "subject": alice, "action": { "name": "read" },
        "resource": { "type": "record", "id": "no-such-record" },
    });
    let decided = open.post("/access/v1/evaluation", &body).await;
    assert_eq!(decided["decision"], true);
}

#[tokio::test]
async fn the_todo_and_gateway_interop_pass() {
    let pdp = Pdp::start(&policy("todo")).await;
    for name in ["todo-draft01", "todo-draft02", "gateway"] {
        let cases = vectors(name);
        assert!(cases.len() >= 25, "{name}");
        check_all(&pdp, &cases).await;
    }
}

/// Draft 00 named people by their address, and said what it knew of a todo beside `properties`, where
/// 1.0 wants it ignored: there the store has to know the owners.
#[tokio::test]
async fn the_superseded_wire_shape_is_answered_from_what_the_store_knows() {
    let cases = vectors("todo-draft00");
    assert_eq!(cases.len(), 40);
    let owners: BTreeSet<_> = cases
        .iter()
        .map(|case| &case["request"]["resource"])
        .filter_map(|todo| Some((todo["id"].as_str()?, todo["ownerID"].as_str()?)))
        .collect();
    assert_eq!(owners.len(), 5);
    let mut todo: Value = serde_json::from_str(&policy("todo")).unwrap();
    for user in todo["users"].as_array_mut().unwrap() {
        user["login"] = user["attributes"]["userID"].clone();
    }
    let unowned = todo.to_string();
    todo["resources"] = owners
        .into_iter()
        .map(|(id, owner)| {
            serde_json::json!({ "type": "todo", "id": id, "properties": { "ownerID": owner } })
        })
        .collect();
    let pdp = Pdp::start(&todo.to_string()).await;
    check_all(&pdp, &cases).await;

    // Where it does not know them, the members beside `properties` let nobody in.
    let pdp = Pdp::start(&unowned).await;
    let morty = cases
        .iter()
        .find(|case| case["id"] == "todo-00-13")
        .unwrap();
    let answer = pdp.post("/access/v1/evaluation", &morty["request"]).await;
    assert_eq!(answer["decision"], false);
}

#[tokio::test]
async fn the_search_interop_passes() {
    let pdp = Pdp::start(&policy("search")).await;
    for (name, count) in [
        ("search-subject", 60),
        ("search-resource", 18),
        ("search-action", 120),
        ("idp-claims", 6),
    ] {
        let cases = vectors(name);
        assert_eq!(cases.len(), count, "{name}");
        check_all(&pdp, &cases).await;
    }
}

#[tokio::test]
async fn pages_of_a_search_go_on_and_refuse_another_search() {
    let pdp = Pdp::start(&policy("certification")).await;
    let path = "/access/v1/search/subject";
    let search = |page: Value, record: &str| {
        serde_json::json!({
            "subject": { "type": "user" }, "action": { "name": "read" },
            "resource": { "type": "record", "id": record }, "page": page,
        })
    };
    let first = pdp
        .post(path, &search(serde_json::json!({ "limit": 1 }), "record-1"))
        .await;
    assert_eq!(
        first["results"],
        serde_json::json!([{ "type": "user", "id": "alice" }])
    );
    let token = first["page"]["next_token"].as_str().unwrap();
    assert!(!token.is_empty());
    let second = pdp
        .post(
            path,
            &search(serde_json::json!({ "token": token }), "record-1"),
        )
        .await;
    assert_eq!(
        second["results"],
        serde_json::json!([{ "type": "user", "id": "bob" }])
    );
    assert_eq!(second["page"]["next_token"], "");
    for (page, record) in [
        (serde_json::json!({ "token": token }), "record-2"),
        (
            serde_json::json!({ "token": token, "limit": 2 }),
            "record-1",
        ),
        (serde_json::json!({ "token": "made-up" }), "record-1"),
    ] {
        let request = pdp.request("POST", path).json(&search(page, record));
        assert_eq!(
            request.send().await.unwrap().status(),
            StatusCode::BAD_REQUEST
        );
    }
}

#[tokio::test]
async fn a_request_cannot_override_what_the_store_knows() {
    let pdp = Pdp::start(&policy("certification")).await;
    let ask = |subject: Value, resource: Value| serde_json::json!({ "subject": subject, "action": { "name": "write" }, "resource": resource });
    let archived = serde_json::json!({ "type": "record", "id": "record-2" });
    // Alice has no role in the store: a request may add one, as an enforcement point is trusted to.
    let alice =
        serde_json::json!({ "type": "user", "id": "alice", "properties": { "role": "admin" } });
    let answer = pdp
        .post("/access/v1/evaluation", &ask(alice, archived.clone()))
        .await;
    assert_eq!(answer["decision"], true);
    // Bob is an admin in the store and record-2 archived: neither can be talked away.
    let bob = serde_json::json!({ "type": "user", "id": "bob", "properties": { "role": "guest" } });
    let answer = pdp
        .post("/access/v1/evaluation", &ask(bob.clone(), archived))
        .await;
    assert_eq!(answer["decision"], true);
    let active = serde_json::json!({ "type": "record", "id": "record-1",
        "properties": { "status": "archived", "subject.role": "admin", "id": "record-2" } });
    let answer = pdp.post("/access/v1/evaluation", &ask(bob, active)).await;
    assert_eq!(answer["decision"], false);
}

#[tokio::test]
async fn who_asks_must_be_known() {
    let pdp = Pdp::start(&policy("certification")).await;
    let url = format!("{}/access/v1/evaluation", pdp.base);
    for token in [None, Some("wrong")] {
        let mut request = pdp.client.post(&url).json(&serde_json::json!({}));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert!(response.headers().contains_key("www-authenticate"));
    }
    // A token for decisions is known, and opens nothing else.
    for path in ["/people", "/api/v1/me", "/api/v1/users"] {
        let response = pdp.request("GET", path).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{path}");
    }
    let refused = pdp.request("GET", "/api/v1/me").send().await.unwrap();
    let problem: Value = refused.json().await.unwrap();
    assert_eq!(problem["code"], "decisions_only", "{problem}");
}

#[tokio::test]
async fn short_circuits_end_the_batch() {
    let pdp = Pdp::start(&policy("certification")).await;
    let batch = |semantic: &str, actions: &[&str]| {
        let items: Vec<_> = actions
            .iter()
            .map(|name| serde_json::json!({ "action": { "name": name } }))
            .collect();
        serde_json::json!({
            "subject": { "type": "user", "id": "bob" }, "resource": { "type": "record", "id": "record-1" },
            "options": { "evaluations_semantic": semantic }, "evaluations": items,
        })
    };
    for (semantic, actions, expect) in [
        (
            "deny_on_first_deny",
            ["read", "write", "read"],
            vec![true, false],
        ),
        (
            "permit_on_first_permit",
            ["write", "read", "write"],
            vec![false, true],
        ),
        (
            "execute_all",
            ["write", "read", "write"],
            vec![false, true, false],
        ),
    ] {
        let answer = pdp
            .post("/access/v1/evaluations", &batch(semantic, &actions))
            .await;
        let got: Vec<_> = answer["evaluations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["decision"].as_bool().unwrap())
            .collect();
        assert_eq!(got, expect, "{semantic}");
    }
    let request = pdp
        .request("POST", "/access/v1/evaluations")
        .json(&batch("first_come", &["read"]));
    assert_eq!(
        request.send().await.unwrap().status(),
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn metadata_names_https_endpoints_under_the_public_address() {
    let pdp = Pdp::start(&policy("certification")).await;
    let response = pdp
        .request("GET", "/.well-known/authzen-configuration")
        .send()
        .await
        .unwrap();
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["policy_decision_point"], PUBLIC);
    for (name, value) in body.as_object().unwrap() {
        if name.ends_with("_endpoint") {
            assert!(
                value
                    .as_str()
                    .unwrap()
                    .starts_with("https://pdp.example.com/access/v1/"),
                "{name}"
            );
        }
    }
}
