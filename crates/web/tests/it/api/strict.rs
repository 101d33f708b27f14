//! What two readers could understand differently is refused on every route that takes a body.

use std::collections::BTreeSet;

use portcullis_testkit::TestApp;
use serde_json::{Value, json};

use super::{
    document::operations,
    matrix::{prepared, table},
};

/// A sender of raw texts.
struct Raw<'a>(&'a TestApp, reqwest::Client);

impl Raw<'_> {
    async fn send(&self, method: &str, path: &str, text: impl Into<reqwest::Body>) -> Reply {
        let url = format!("{}{path}", self.0.url);
        let request = self.1.request(method.parse().unwrap(), url);
        let request = request
            .bearer_auth("demo-ada")
            .header("content-type", "application/json")
            .body(text);
        let reply = request.send().await.unwrap();
        let status = reply.status().as_u16();
        let text = reply.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Reply { status, body }
    }
}

#[derive(Debug)]
struct Reply {
    status: u16,
    body: Value,
}

impl Reply {
    #[track_caller]
    fn refuses(&self, field: &str, message: &str) {
        assert_eq!(self.status, 400, "{self:?}");
        let fault = &self.body["errors"][0];
        assert_eq!(fault["field"], field, "{self:?}");
        let said = fault["message"].as_str().expect("a message");
        assert!(said.contains(message), "{said}");
    }
}

async fn raw(app: &TestApp) -> anyhow::Result<Raw<'_>> {
    Ok(Raw(app, reqwest::Client::builder().no_proxy().build()?))
}

/// The members of a body, as text.
fn members(body: &Value) -> String {
    let text = body.to_string();
    let inner = text
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'));
    inner.unwrap_or(&text).to_owned()
}

#[tokio::test]
async fn every_route_refuses_a_key_given_twice() -> anyhow::Result<()> {
    let (app, known) = prepared().await?;
    let raw = raw(&app).await?;
    let document = app.anonymous().get("/api/openapi.json").await.expect(200);
    let mut missing: BTreeSet<_> = operations(&document.body)
        .into_iter()
        .map(|(method, path, _)| (method, path))
        .filter(|(method, _)| method != "GET")
        .collect();
    for ((method, path, _, body, _), address) in table(&known) {
        if method == "GET" {
            continue;
        }
        missing.remove(&(method.to_owned(), path.to_owned()));
        let mut text = members(&body);
        if !text.is_empty() && text != "null" {
            text.push(',');
        } else {
            text.clear();
        }
        let top = raw
            .send(method, &address, format!(r#"{{{text}"k":1,"k":1}}"#))
            .await;
        top.refuses("/k", "the key `k` is written twice; keep one");
        let inner = format!("{{{text}\n \"k\":[{{\"a/b\":1,\"a\\u002fb\":1}}]}}");
        let inner = raw.send(method, &address, inner).await;
        inner.refuses(
            "/k/0/a~1b",
            "line 2, column 16: the key `a/b` is written twice",
        );
    }
    assert!(missing.is_empty(), "not looked at: {missing:?}");
    Ok(())
}

#[tokio::test]
async fn a_rule_cannot_say_two_things_at_once() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let (raw, before) = (raw(&app).await?, app.world().position());
    let rule = r#"{"access":"deny","access":"allow","where":{"rsrc_type":"doc","action":"read","rsrc_match":[]}}"#;
    let path = "/api/v1/groups/Payroll/entitlements";
    let body = format!(r#"{{"list":"l1","rules":[{rule}]}}"#);
    let reply = raw.send("POST", path, body).await;
    reply.refuses("/rules/0/access", "the key `access` is written twice");
    let cases = r#"{"list":"l1","rules":[],"cases":[{"name":"a","name":"b"}]}"#;
    let reply = raw.send("POST", path, cases).await;
    reply.refuses("/cases/0/name", "written twice");
    assert_eq!(app.world().position(), before);
    Ok(())
}

#[tokio::test]
async fn what_a_value_cannot_hold_is_refused() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let raw = raw(&app).await?;
    let path = "/api/v1/resources/doc/1";
    let properties = |value: &str| format!(r#"{{"properties":{{"n":{value}}}}}"#);
    for (value, message) in [
        (
            "1e400",
            "the number `1e400` is outside the range of a double",
        ),
        ("-1e400", "outside the range"),
        ("1e-400", "outside the range"),
        (
            "18446744073709551617",
            "more precise than a double can hold",
        ),
        (
            "-9223372036854775809",
            "more precise than a double can hold",
        ),
        (
            "123456789012345678901234567890",
            "more precise than a double can hold",
        ),
        (
            "0.99999999999999999999",
            "more precise than a double can hold",
        ),
    ] {
        let reply = raw.send("PUT", path, properties(value)).await;
        reply.refuses("/properties/n", message);
    }
    for bytes in [
        &b"{\"properties\":{\"n\":\"\xff\"}}"[..],
        b"{\"properties\":{\"n\":\"\\ud800\"}}",
    ] {
        let reply = raw.send("PUT", path, bytes.to_vec()).await;
        assert_eq!(reply.status, 400, "{reply:?}");
    }
    let deep = properties(&format!("{}{}", "[".repeat(100), "]".repeat(100)));
    let reply = raw.send("PUT", path, deep).await;
    assert_eq!(reply.status, 400, "{reply:?}");
    // The deepest that is taken is read again, from its row and from the log.
    let deepest = properties(&format!("{}{}", "[".repeat(98), "]".repeat(98)));
    let reply = raw.send("PUT", path, deepest).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let entry = format!("/api/v1/log/{}", app.world().position());
    let _ = app.as_user("ada").get(&entry).await.expect(200);
    // These are numbers that can be held, and are.
    let held = "[9007199254740993,-0,1.0,5e-324,18446744073709551615,18446744073709551616,1e23]";
    let reply = raw.send("PUT", path, properties(held)).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let kept = &app.as_user("ada").get(path).await.expect(200).body["properties"]["n"];
    assert_eq!(kept[0], 9_007_199_254_740_993_u64);
    assert_eq!(kept[3], 5e-324);
    assert_eq!(kept[4], u64::MAX);
    assert_eq!(kept[5], 18_446_744_073_709_551_616.0);
    assert_eq!(kept[6], 1e23);
    Ok(())
}

#[tokio::test]
async fn a_permission_for_no_environment_is_not_one_for_all() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let (raw, before) = (raw(&app).await?, app.world().position());
    let path = "/api/v1/groups/Payroll/entitlements";
    let body = r#"{"permission":"salaries:read","environments":[]}"#;
    let reply = raw.send("POST", path, body).await;
    reply.refuses("/environments", "leave it out for everywhere");
    let path = format!("{path}/salaries:read");
    assert_ne!(raw.send("PUT", &path, body).await.status, 200);
    assert_eq!(app.world().position(), before);
    Ok(())
}

#[tokio::test]
async fn a_time_has_an_offset() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = app.as_user("ada");
    for wrong in [
        "2030-03-01T09:00:00",
        "2030-03-01T09:00Z",
        "2030-03-01T09:00:00Z[Europe/Berlin]",
        "2030-03-01T09:00:00%2B24:00",
    ] {
        let _ = ada
            .get(&format!("/api/v1/log?from={wrong}"))
            .await
            .expect(400);
        let _ = ada
            .get(&format!("/api/v1/users?at={wrong}"))
            .await
            .expect(400);
    }
    let last = "9999-12-31T23:59:59Z";
    let body = json!({ "until": last });
    let path = "/api/v1/groups/Wiki/members/max";
    let reply = ada.put(path, body).await.expect(200);
    assert_eq!(reply.body["items"][0]["until"], last);
    Ok(())
}

#[tokio::test]
async fn what_is_so_already_is_written_once() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let (ada, olga) = (app.as_user("ada"), app.as_user("olga"));
    let payroll = "/api/v1/groups/Payroll";
    let end = json!({ "until": "2030-01-01T00:00:00Z", "reason": "pays" });
    for (path, body) in [
        (format!("{payroll}/members/sven"), end.clone()),
        (format!("{payroll}/owners/sven"), end.clone()),
        (format!("{payroll}/inclusions/Role-Analysts"), end),
    ] {
        let first = ada.put(&path, body.clone()).await.expect(200);
        let before = app.world().position();
        for client in [&ada, &olga] {
            let again = client.put(&path, body.clone()).await.expect(200);
            assert_eq!(again.body["items"], first.body["items"], "{path}");
        }
        assert_eq!(app.world().position(), before, "{path}");
        // It is still not everybody's to say.
        let _ = app.as_user("rita").put(&path, body).await.expect(403);
    }
    let path = format!("{payroll}/entitlements");
    let body = json!({ "permission": "salaries:read", "environments": ["live"] });
    let first = ada.post(&path, body.clone()).await.expect(200);
    let before = app.world().position();
    let again = ada
        .put(&format!("{path}/salaries:read"), body.clone())
        .await
        .expect(200);
    assert_eq!(again.body["items"], first.body["items"]);
    let _ = olga.post(&path, body).await.expect(403);
    let path = "/api/v1/groups/Payroll/members/sven";
    assert_eq!(app.world().position(), before);
    let _ = ada.put(path, json!({ "until": null })).await.expect(200);
    assert_ne!(
        app.world().position(),
        before,
        "another end is another grant"
    );
    Ok(())
}

#[tokio::test]
async fn a_preview_that_is_not_said_to_be_one_is_no_write() {
    let app = TestApp::start().await.expect("an app");
    let ada = app.as_user("ada");
    for wrong in ["", "TRUE", "1", "yes"] {
        let path = format!("/api/v1/tags?preview={wrong}");
        let answer = ada.post(&path, json!({ "name": "Unwanted" })).await;
        assert_eq!(answer.status, 400, "{wrong}: {}", answer.body);
    }
    assert!(app.world().find_tag("Unwanted").is_none());
}

#[tokio::test]
async fn of_very_many_faults_the_first_are_told() {
    let app = TestApp::start().await.expect("an app");
    let users = vec![1; 50_000];
    let body = json!({ "users": users, "kind": "x".repeat(100_000) });
    let answer = app
        .as_user("ada")
        .post("/api/v1/groups/Payroll/members", body)
        .await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.body["errors"].as_array().map(Vec::len), Some(100));
    let whole = answer.body.to_string();
    assert!(whole.len() < 50_000, "{}", whole.len());
    assert!(whole.contains("more"), "{whole}");
}
