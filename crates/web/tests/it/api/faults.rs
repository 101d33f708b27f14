//! What is wrong with a write is told, all of it, and nothing is done.

use insta::assert_json_snapshot;
use portcullis_testkit::TestApp;
use reqwest::Method;
use serde_json::{Value, json};

use super::plain;

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once_and_nothing_is_done() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = app.as_user("ada");
    let before = app.world().position();
    let body = json!({ "login": "a b", "nmae": "x", "email": "nowhere", "kind": "robot", "attributes": [] });
    let wrong = ada
        .post("/api/v1/users?previw=true", body)
        .await
        .expect(400);
    assert_json_snapshot!(plain(&wrong.body), @r#"
    {
      "code": "invalid",
      "detail": "/nmae: there is no member `nmae` here; did you mean `name`?; /login: `a b` cannot be a login; use letters, digits, dots and hyphens, without spaces or slashes; /name: this member is required; /email: `nowhere` is not an e-mail address; write it as name@example.com; /kind: `robot` is none of `person`, `service`, `agent`; /attributes: an object is wanted, not a list; previw: there is no parameter `previw` here; did you mean `preview`?",
      "errors": [
        {
          "field": "/nmae",
          "message": "there is no member `nmae` here; did you mean `name`?"
        },
        {
          "field": "/login",
          "message": "`a b` cannot be a login; use letters, digits, dots and hyphens, without spaces or slashes"
        },
        {
          "field": "/name",
          "message": "this member is required"
        },
        {
          "field": "/email",
          "message": "`nowhere` is not an e-mail address; write it as name@example.com"
        },
        {
          "field": "/kind",
          "message": "`robot` is none of `person`, `service`, `agent`"
        },
        {
          "field": "/attributes",
          "message": "an object is wanted, not a list"
        },
        {
          "field": "previw",
          "message": "there is no parameter `previw` here; did you mean `preview`?"
        }
      ],
      "request_id": "[id]",
      "status": 400,
      "title": "invalid input",
      "type": "https://portcullis.dev/problems/invalid"
    }
    "#);
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", ""),
    ];
    let wrong = ada
        .send(Method::POST, "/api/v1/tags", None, &headers)
        .await
        .expect(400);
    assert_eq!(fields(&wrong.body), ["Idempotency-Key", "/name"]);
    let constraints =
        json!({ "name": "x", "constraints": { "member_time_limit": 0, "require": true } });
    let wrong = ada.post("/api/v1/tags", constraints).await.expect(400);
    assert_eq!(
        fields(&wrong.body),
        ["/constraints/require", "/constraints/member_time_limit"]
    );
    let lists = json!({ "users": ["mia", 1, null], "until": 5 });
    let wrong = ada
        .post("/api/v1/groups/Wiki/members", lists)
        .await
        .expect(400);
    assert_eq!(fields(&wrong.body), ["/users/1", "/users/2", "/until"]);
    assert_eq!(app.world().position(), before);

    let client = reqwest::Client::builder().no_proxy().build()?;
    let send = async |kind: &str, text: String| -> anyhow::Result<(u16, Value)> {
        let request = client
            .post(format!("{}/api/v1/tags", app.url))
            .bearer_auth("demo-ada");
        let reply = request
            .header("content-type", kind)
            .body(text)
            .send()
            .await?;
        assert_eq!(reply.headers()["content-type"], "application/problem+json");
        Ok((
            reply.status().as_u16(),
            serde_json::from_str(&reply.text().await?)?,
        ))
    };
    assert_eq!(send("application/json", "{".into()).await?.0, 400);
    assert_eq!(send("application/json", "\"text\"".into()).await?.0, 400);
    assert_eq!(send("application/json", "[".repeat(1000)).await?.0, 400);
    assert_eq!(send("text/plain", "{}".into()).await?.0, 415);
    assert_eq!(
        send("application/json", " ".repeat(3_000_000)).await?.0,
        413
    );
    Ok(())
}

fn fields(problem: &Value) -> Vec<&str> {
    let errors = problem["errors"].as_array().expect("faults");
    errors
        .iter()
        .filter_map(|fault| fault["field"].as_str())
        .collect()
}

#[tokio::test]
async fn what_is_named_and_not_there_is_not_dropped() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = app.as_user("ada");
    let before = app.world().position();
    for (method, path, body) in [
        (
            Method::POST,
            "/groups/Wiki/members",
            json!({ "users": ["mia", "nobody"] }),
        ),
        (
            Method::DELETE,
            "/groups/Payroll/members",
            json!({ "users": ["mia", "sven"] }),
        ),
        (
            Method::POST,
            "/groups",
            json!({ "name": "X", "tags": ["nothing"] }),
        ),
        (
            Method::POST,
            "/groups",
            json!({ "name": "X", "kind": "app", "app": "nothing" }),
        ),
        (
            Method::POST,
            "/roles/Role-Analysts/groups",
            json!({ "groups": ["Wiki", "nothing"] }),
        ),
        (Method::POST, "/requests", json!({ "group": "nothing" })),
        (Method::POST, "/requests/nothing/approve", json!({})),
        (
            Method::DELETE,
            "/groups/Wiki/entitlements/nothing",
            Value::Null,
        ),
        (Method::POST, "/log/999999/undo", Value::Null),
    ] {
        let body = (!body.is_null()).then_some(body);
        let reply = ada
            .send(method.clone(), &format!("/api/v1{path}"), body, &[])
            .await;
        assert_eq!(reply.status, 404, "{method} {path}: {}", reply.body);
    }
    assert_eq!(app.world().position(), before);
    Ok(())
}
