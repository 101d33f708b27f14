//! What holds for every answer, whoever gives it.

use axum::http::Method;
use portcullis_testkit::app::TestApp;
use serde_json::json;

#[tokio::test]
async fn what_a_browser_may_show_runs_no_foreign_code() {
    let app = TestApp::start().await.unwrap();
    let ada = app.as_user("ada");
    for path in ["/people", "/no-such-page", "/assets/app.css"] {
        let reply = ada.get(path).await;
        let policy = reply.header("content-security-policy").unwrap_or_default();
        assert!(policy.contains("default-src 'none'"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(reply.header("x-frame-options"), Some("DENY"), "{path}");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    }
}

#[tokio::test]
async fn data_is_neither_sniffed_nor_kept() {
    let app = TestApp::start().await.unwrap();
    let ada = app.as_user("ada");
    let question = json!({
        "subject": { "type": "user", "id": "max" },
        "action": { "name": "use" },
        "resource": { "type": "permission", "id": "invoices:read" },
    });
    for reply in [
        ada.get("/api/v1/me").await,
        ada.get("/api/v1/no-such-thing").await,
        ada.get("/healthz").await,
        ada.post("/access/v1/evaluation", question).await,
        app.anonymous().get("/api/v1/me").await,
    ] {
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert!(reply.header("content-type").unwrap().contains("json"));
    }
}

#[tokio::test]
async fn every_answer_names_the_request_it_belongs_to() {
    let app = TestApp::start().await.unwrap();
    for path in [
        "/people",
        "/api/v1/me",
        "/no-such-page",
        "/.well-known/authzen-configuration",
    ] {
        let headers = [("x-request-id", "one-of-many")];
        let reply = app
            .as_user("ada")
            .send(Method::GET, path, None, &headers)
            .await;
        assert_eq!(reply.header("x-request-id"), Some("one-of-many"), "{path}");
    }
}

#[tokio::test]
async fn a_body_too_long_is_refused_and_changes_nothing() {
    let app = TestApp::start().await.unwrap();
    let before = app.world().position();
    let long = "x".repeat(3 * 1024 * 1024);
    let ada = app.as_user("ada");
    for path in ["/api/v1/tags", "/access/v1/evaluation"] {
        let reply = ada.post(path, json!({ "name": long })).await;
        assert_eq!(reply.status, 413, "{path}: {}", reply.body);
        assert_eq!(
            reply.header("content-type"),
            Some("application/problem+json"),
            "{path}"
        );
    }
    assert_eq!(app.world().position(), before);
}

#[tokio::test]
async fn a_page_that_only_takes_posts_tells_people_so_in_a_page() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = app.as_user("ada");
    for path in ["/requests/decide", "/activity/1/undo", "/rules/check.json"] {
        let reply = ada.get(path).await.expect(405);
        let kind = reply.header("content-type").unwrap_or_default();
        assert!(kind.starts_with("text/html"), "{path}: {kind}");
        assert_eq!(reply.header("allow"), Some("POST"), "{path}");
        assert!(
            reply.body.as_str().unwrap().contains("href=\"/\""),
            "{path}"
        );
    }
    for path in ["/api/v1/rules/lint", "/access/v1/evaluation"] {
        let reply = ada.get(path).await.expect(405);
        let kind = reply.header("content-type");
        assert_eq!(kind, Some("application/problem+json"), "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn a_broken_token_is_an_error_and_not_nobody() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let paths = [
        "/people",
        "/api/v1/me",
        "/api/v1/users/mia",
        "/api/v1/users?at=2026-03-01",
    ];
    for broken in [
        "Bearer demo-nobody",
        "Bearer",
        "Basic YWRhOg==",
        "Bearer \u{e9}",
    ] {
        for path in paths {
            let headers = [("authorization", broken), ("accept", "text/html")];
            let anonymous = app.anonymous();
            let reply = anonymous.send(Method::GET, path, None, &headers).await;
            assert_eq!(reply.status, 401, "{path} with `{broken}`");
        }
    }
    Ok(())
}

#[tokio::test]
async fn endpoints_are_named_as_they_are_served() {
    let app = TestApp::start().await.unwrap();
    let told = app
        .anonymous()
        .get("/.well-known/authzen-configuration")
        .await;
    let told = told.expect(200).body;
    assert_eq!(told["policy_decision_point"], app.url);
}

#[tokio::test]
async fn a_nul_in_an_address_is_no_name_of_anything() {
    for app in [TestApp::start().await.unwrap()] {
        let ada = app.as_user("ada");
        for path in [
            "/api/v1/log?q=%00",
            "/api/v1/requests?q=a%00b",
            "/api/v1/users?q=%00",
            "/api/v1/groups/%00",
            "/activity?q=%00",
            "/people?q=%00",
            "/requests?q=%00",
        ] {
            assert_eq!(ada.get(path).await.status, 400, "{path}");
        }
        // A percent sign and two digits.
        let _ = ada.get("/api/v1/users?q=%2500").await.expect(200);
    }
}

#[tokio::test]
async fn what_is_said_once_is_not_said_twice() {
    use tokio::io::AsyncWriteExt as _;

    let app = TestApp::start().await.unwrap();
    let body = r#"{"name":"Twice"}"#;
    let once = [
        "authorization: Bearer demo-ada",
        "host: localhost",
        "content-type: application/json",
    ];
    for twice in [
        "authorization: Bearer demo-sven",
        "authorization: Bearer demo-ada",
        "host: evil.example",
        "content-type: text/plain",
        "content-length: 17",
        "idempotency-key: b",
    ] {
        let name = twice.split(':').next().unwrap();
        let first = if name == "idempotency-key" {
            "idempotency-key: a\r\n"
        } else {
            ""
        };
        let mut stream = crate::held::connect(&app).await;
        let head = format!(
            "POST /api/v1/groups HTTP/1.1\r\n{}\r\ncontent-length: {}\r\n{first}{twice}\r\n\
             connection: close\r\n\r\n{body}",
            once.join("\r\n"),
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let answer = crate::held::rest(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{twice}: {answer}");
        assert!(app.world().find_group("Twice").is_none(), "{twice}");
    }
}
