//! What takes long: who may have it done, how much of it, and who need not wait for it.

use std::time::Duration;

use portcullis_model::Actor;
use portcullis_rules::Budget;
use portcullis_testkit::TestApp;
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt as _, task::JoinSet};

use crate::{browser::Browser, held::connect};

fn rule(conditions: &Value) -> Value {
    json!({ "access": "allow", "where": { "rsrc_type": "doc", "action": "read", "rsrc_match": conditions } })
}

/// Each of the patterns alone takes most of a second to compile.
fn costly_patterns() -> Value {
    let rules = (0..15).map(|i| rule(&json!([["@a", "~", format!("[\\pL\\pN]{{30}}x{i}")]])));
    rules.collect()
}

fn long_lists() -> Value {
    let rules = (0..20).map(|i| {
        let values: Vec<String> = (0..4_000).map(|n| format!("v{}", n + i)).collect();
        rule(&json!([["@a", "$in", values]]))
    });
    rules.collect()
}

#[tokio::test]
async fn rights_come_before_rules() {
    let app = TestApp::start().await.unwrap();
    // What is no list at all is not even looked at for somebody who may not save one.
    let body = json!({ "list": "l", "rules": [{ "access": "permit" }] });
    let path = "/api/v1/groups/Payroll/entitlements";
    let _ = app
        .as_user("sven")
        .post(path, body.clone())
        .await
        .expect(403);
    let refused = app.as_user("ada").post(path, body).await.expect(400);
    assert!(
        refused.body["errors"][0]["field"]
            .as_str()
            .unwrap()
            .starts_with("/rules/0")
    );
}

#[tokio::test]
async fn a_list_too_costly_to_compile_is_refused_with_a_sentence() {
    let app = TestApp::start().await.unwrap();
    let ada = app.as_user("ada");
    let body = json!({ "list": "l", "rules": costly_patterns() });
    let path = "/api/v1/groups/Payroll/entitlements";
    let refused = ada.post(path, body).await.expect(400);
    let said = refused.body["errors"][0]["message"].as_str().unwrap();
    assert!(said.contains("takes too long"), "{said}");

    let looked = ada
        .post("/api/v1/rules/lint", json!({ "rules": costly_patterns() }))
        .await;
    let looked = looked.expect(200);
    assert_eq!(looked.body["sound"], false);
    let codes: Vec<_> = looked.body["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .collect();
    assert!(
        codes.iter().any(|it| it["code"] == "too_costly"),
        "{codes:?}"
    );
}

#[tokio::test]
async fn what_was_not_examined_is_not_called_sound() {
    let app = TestApp::start().await.unwrap();
    let sven = app.as_user("sven");
    let looked = sven
        .post("/api/v1/rules/lint", json!({ "rules": long_lists() }))
        .await;
    let looked = looked.expect(200);
    assert_eq!(looked.body["sound"], false);
    let said = looked.body["not_examined"].as_str().unwrap();
    assert!(said.starts_with("not examined: "), "{said}");
    let few = json!({ "rules": [rule(&json!([]))] });
    let looked = sven.post("/api/v1/rules/lint", few).await.expect(200);
    assert_eq!(looked.body["sound"], true);
    assert_eq!(looked.body["not_examined"], Value::Null);
}

#[tokio::test]
async fn the_lists_say_which_of_them_was_not_examined() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = app.as_user("ada");
    let path = "/api/v1/groups/Payroll/entitlements";
    for (list, rules) in [("long", long_lists()), ("short", json!([rule(&json!([]))]))] {
        let body = json!({ "list": list, "rules": rules });
        let _ = ada.post(path, body).await.expect(200);
    }
    let sven = Browser::new(&app, "sven")?;
    for (list, told) in [("long", true), ("short", false)] {
        let page = sven.get(&format!("/rules?q={list}")).await.text;
        assert!(page.contains(&format!(">{list}</b>")), "{list}: {page}");
        assert_eq!(page.contains("not examined"), told, "{list}");
    }
    Ok(())
}

/// Pieces of work by `login` that take as long as these tasks live.
fn hold(app: &TestApp, login: &str, pieces: usize) -> JoinSet<()> {
    let user = app.world().find_user(login).unwrap().id;
    (0..pieces)
        .map(|_| {
            let app = app.app.clone();
            async move {
                let work = |budget: &Budget| {
                    while !budget.is_spent() {
                        std::thread::sleep(Duration::from_millis(1));
                    }
                };
                app.pool().run(Actor::User(user), work).await.unwrap();
            }
        })
        .collect()
}

async fn until_load_is(app: &TestApp, load: usize) {
    while app.app.pool().load() != load {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn work_for_who_hung_up_goes_and_nobody_waits_for_it() {
    let app = TestApp::start().await.unwrap();
    let held = hold(&app, "mia", 2);
    until_load_is(&app, 2).await;
    let body = json!({ "rules": [] }).to_string();
    let head = format!(
        "POST /api/v1/rules/lint HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer demo-sven\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = connect(&app).await;
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body.as_bytes()).await.unwrap();
    until_load_is(&app, 3).await;
    // Both threads are taken and one piece waits; the health check and the writer do not.
    let _ = app.anonymous().get("/healthz").await.expect(200);
    let tag = json!({ "name": "Meanwhile", "description": "" });
    let ada = app.as_user("ada");
    let _ = ada.post("/api/v1/tags", tag).await.expect(201);
    drop(stream);
    until_load_is(&app, 2).await;
    drop(held);
    until_load_is(&app, 0).await;
}

#[tokio::test]
async fn one_caller_has_so_many_places_and_is_told_to_wait() {
    let app = TestApp::start().await.unwrap();
    let mut held = hold(&app, "mia", 4);
    until_load_is(&app, 4).await;
    let body = json!({ "rules": [] });
    let mia = app.as_user("mia");
    let busy = mia.post("/api/v1/rules/lint", body.clone()).await;
    let busy = busy.expect(503);
    assert_eq!(busy.body["code"], "busy");
    assert!(busy.header("retry-after").is_some());
    // Somebody else has a place, and is answered when a thread is free.
    let sven = app.as_user("sven");
    let asked = sven.post("/api/v1/rules/lint", body.clone());
    let freed = async {
        until_load_is(&app, 5).await;
        held.abort_all();
    };
    let (answered, ()) = tokio::join!(asked, freed);
    let _ = answered.expect(200);
    until_load_is(&app, 0).await;
    let _ = mia.post("/api/v1/rules/lint", body).await.expect(200);
}

#[tokio::test]
async fn a_batch_reads_its_defaults_once() {
    let app = TestApp::start().await.unwrap();
    let context: serde_json::Map<String, Value> =
        (0..10_000).map(|n| (format!("k{n}"), json!(n))).collect();
    let items: Vec<Value> = (0..10_000).map(|_| json!({})).collect();
    let batch = json!({
        "subject": { "type": "user", "id": "max" },
        "action": { "name": "use" },
        "resource": { "type": "permission", "id": "invoices:read" },
        "context": context,
        "evaluations": items,
    });
    // Reading the context for each item would be 100 million members: minutes, where it is a moment.
    let ada = app.as_user("ada");
    let asked = ada.post("/access/v1/evaluations", batch);
    let reply = tokio::time::timeout(Duration::from_secs(10), asked).await;
    let reply = reply.expect("an answer soon").expect(200);
    let decisions = reply.body["evaluations"].as_array().unwrap();
    assert_eq!(decisions.len(), 10_000);
    assert!(decisions.iter().all(|it| it["decision"] == true));
}

#[tokio::test]
async fn of_one_batch_only_so_many_are_explained() {
    let app = TestApp::start().await.unwrap();
    let sven = app.as_user("sven");
    let batch = |many: usize| {
        json!({
            "subject": { "type": "user", "id": "sven" },
            "action": { "name": "use" },
            "resource": { "type": "permission", "id": "anything" },
            "evaluations": vec![json!({}); many],
        })
    };
    let path = "/access/v1/evaluations";
    let explained = format!("{path}?explain=true");
    let _ = sven.post(&explained, batch(100)).await.expect(200);
    let refused = sven.post(&explained, batch(101)).await.expect(400);
    let said = refused.body["detail"].as_str().unwrap_or_default();
    assert!(said.contains("send 100 at most"), "{}", refused.body);
    let _ = sven.post(path, batch(101)).await.expect(200);
}
