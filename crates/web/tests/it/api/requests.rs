//! Requests: who decides them, and once.

use insta::assert_json_snapshot;
use portcullis_testkit::TestApp;
use serde_json::json;

use super::plain;

#[tokio::test]
async fn of_two_who_decide_at_once_one_wins() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let asked = app
        .as_user("sven")
        .post("/api/v1/requests", json!({ "group": "Payroll" }))
        .await
        .expect(201);
    let id = asked.body["id"].as_str().expect("an id");
    let (ada, olga) = (app.as_user("ada"), app.as_user("olga"));
    let mine = olga.get("/api/v1/requests?whose=for_me").await.expect(200);
    assert_eq!(mine.each("/id"), [id]);
    assert!(
        ada.get("/api/v1/requests?whose=for_me")
            .await
            .expect(200)
            .each("/id")
            .is_empty()
    );
    let approve = format!("/api/v1/requests/{id}/approve");
    let reject = format!("/api/v1/requests/{id}/reject");
    let (a, b) = tokio::join!(
        ada.post(&approve, json!({})),
        olga.post(&reject, json!({ "reason": "no" })),
    );
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let lost = if a.status == 409 { a } else { b };
    assert_eq!(lost.body["code"], "already_resolved");
    let got = olga
        .get(&format!("/api/v1/requests/{id}"))
        .await
        .expect(200);
    assert_eq!(got.body["may_approve"], false);
    assert_ne!(got.body["status"], "pending");
    let resolved = olga
        .get("/api/v1/requests?status=resolved")
        .await
        .expect(200);
    assert_eq!(resolved.each("/id"), [id]);
    Ok(())
}

#[tokio::test]
async fn nobody_approves_their_own_request() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let olga = app.as_user("olga");
    let body =
        json!({ "group": "Payroll", "until": "2026-05-01T00:00:00Z", "reason": "month end" });
    let asked = olga.post("/api/v1/requests", body).await.expect(201);
    assert_json_snapshot!(plain(&asked.body), @r#"
    {
      "created_at": "2026-03-02T09:00:00Z",
      "group": {
        "id": "[id]",
        "kind": "group",
        "name": "Payroll"
      },
      "id": "[id]",
      "kind": "member",
      "reason": "month end",
      "requester": {
        "id": "[id]",
        "login": "olga",
        "name": "Olga Owner"
      },
      "resolution": null,
      "status": "pending",
      "until": "2026-05-01T00:00:00Z",
      "wants": "membership in Payroll"
    }
    "#);
    let id = asked.body["id"].as_str().expect("an id");
    let own = olga
        .post(&format!("/api/v1/requests/{id}/approve"), json!({}))
        .await
        .expect(403);
    assert_eq!(own.body["code"], "not_allowed");
    let other = app
        .as_user("ada")
        .post(&format!("/api/v1/requests/{id}/approve"), json!({}))
        .await
        .expect(200);
    assert_eq!(
        (
            &other.body["status"],
            &other.body["resolution"]["granted_until"]
        ),
        (&json!("approved"), &json!("2026-05-01T00:00:00Z"))
    );
    Ok(())
}
