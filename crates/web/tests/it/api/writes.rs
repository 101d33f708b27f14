//! Writing: what holds for every write, and one happy path for each.

use insta::assert_json_snapshot;
use portcullis_testkit::{Client, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

use super::plain;

/// Every write there is, in an order in which each can be done by the admin.
fn writes() -> Vec<(Method, &'static str, Value, u16)> {
    let (post, put, patch, delete) = (Method::POST, Method::PUT, Method::PATCH, Method::DELETE);
    let none = || Value::Null;
    vec![
        (
            post.clone(),
            "/users",
            json!({ "login": "nora", "name": "Nora New", "email": "n@example.com", "kind": "service", "manager": "ada", "attributes": { "Title": "Bot" } }),
            201,
        ),
        (patch.clone(), "/users/nora", json!({ "name": "Nora" }), 200),
        (
            post.clone(),
            "/tags",
            json!({ "name": "Brief", "constraints": { "member_time_limit": 86_400 } }),
            201,
        ),
        (
            patch.clone(),
            "/tags/Brief",
            json!({ "description": "a day" }),
            200,
        ),
        (
            post.clone(),
            "/apps",
            json!({ "name": "Mail", "owners": ["petra"], "groups": [{ "name": "Users" }] }),
            201,
        ),
        (
            patch.clone(),
            "/apps/Mail",
            json!({ "tags": ["Brief"] }),
            200,
        ),
        (
            post.clone(),
            "/groups",
            json!({ "name": "Role-Writers", "kind": "role", "owners": ["rita"] }),
            201,
        ),
        (
            patch.clone(),
            "/groups/Wiki",
            json!({ "name": "Wiki-Users", "description": "reads" }),
            200,
        ),
        (
            post.clone(),
            "/groups/Wiki-Users/members",
            json!({ "users": ["sven", "mia"], "until": "2026-06-01", "reason": "asked" }),
            200,
        ),
        (
            put.clone(),
            "/groups/Wiki-Users/members/sven",
            json!({ "until": null }),
            200,
        ),
        (
            delete.clone(),
            "/groups/Wiki-Users/members",
            json!({ "users": ["mia"] }),
            200,
        ),
        (
            delete.clone(),
            "/groups/Wiki-Users/members/sven",
            none(),
            200,
        ),
        (
            post.clone(),
            "/groups/Wiki-Users/owners",
            json!({ "users": ["sven"] }),
            200,
        ),
        (put.clone(), "/groups/Wiki-Users/owners/mia", json!({}), 200),
        (
            delete.clone(),
            "/groups/Wiki-Users/owners",
            json!({ "users": ["mia"] }),
            200,
        ),
        (
            delete.clone(),
            "/groups/Wiki-Users/owners/sven",
            none(),
            200,
        ),
        (
            put.clone(),
            "/groups/Wiki-Users/inclusions/Role-Writers",
            json!({ "kind": "owner" }),
            200,
        ),
        (
            delete.clone(),
            "/groups/Wiki-Users/inclusions/Role-Writers?kind=owner",
            none(),
            200,
        ),
        (
            post.clone(),
            "/roles/Role-Writers/groups",
            json!({ "groups": ["Wiki-Users", "Payroll"] }),
            200,
        ),
        (
            put.clone(),
            "/groups/Role-Writers/members/sven",
            json!({}),
            200,
        ),
        (
            post.clone(),
            "/roles/Role-Writers/clone",
            json!({ "name": "Role-Copy", "people": "same" }),
            201,
        ),
        (
            post.clone(),
            "/roles/Role-Copy/split",
            json!({ "name": "Role-Half", "groups": ["Payroll"] }),
            201,
        ),
        (
            post.clone(),
            "/roles/Role-Copy/merge",
            json!({ "from": "Role-Half" }),
            200,
        ),
        (
            post.clone(),
            "/roles/from-person",
            json!({ "user": "sven", "name": "Role-Sven", "groups": ["Payroll"] }),
            201,
        ),
        (
            delete.clone(),
            "/roles/Role-Copy/groups",
            json!({ "groups": ["Payroll"] }),
            200,
        ),
        (
            post.clone(),
            "/groups/Wiki-Users/entitlements",
            json!({ "permission": "wiki:edit", "environments": ["prod"] }),
            200,
        ),
        (
            delete.clone(),
            "/groups/Wiki-Users/entitlements/wiki:edit",
            none(),
            200,
        ),
        (
            post.clone(),
            "/requests",
            json!({ "group": "Vault", "reason": "please" }),
            201,
        ),
        (delete.clone(), "/groups/Role-Copy", none(), 200),
        (delete.clone(), "/apps/Mail", none(), 200),
        (delete.clone(), "/tags/Brief", none(), 200),
        (delete, "/users/nora", none(), 200),
    ]
}

#[tokio::test]
async fn a_preview_commits_nothing_and_is_what_the_commit_does() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = app.as_user("ada");
    for (method, path, body, status) in writes() {
        let body = (!body.is_null()).then_some(body);
        let joint = if path.contains('?') { '&' } else { '?' };
        let before = app.world();
        let previewed = format!("/api/v1{path}{joint}preview=true");
        let preview = ada
            .send(method.clone(), &previewed, body.clone(), &[])
            .await
            .expect(200);
        assert_eq!(app.world().position(), before.position(), "{method} {path}");
        assert!(preview.body["diff"]["gains"].is_array() && preview.body["warnings"].is_array());

        let done = ada
            .send(method.clone(), &format!("/api/v1{path}"), body, &[])
            .await
            .expect(status);
        assert_eq!(done.position(), before.position().0 + 1, "{method} {path}");
        let entry = ada
            .get(&format!("/api/v1/log/{}", done.position()))
            .await
            .expect(200);
        let (would, did) = (&preview.body["change"], &entry.body["change"]);
        assert_eq!(plain(would), plain(did), "{method} {path}");
        // What was gained and lost is what the preview said.
        let now = app.app.now();
        let people = before.diff(&app.world(), now).people();
        assert_eq!(preview.body["diff"]["people"], people, "{method} {path}");
    }
    Ok(())
}

async fn keyed(
    client: &Client<'_>,
    key: &str,
    path: &str,
    body: Value,
) -> portcullis_testkit::Reply {
    client
        .send(Method::POST, path, Some(body), &[("idempotency-key", key)])
        .await
}

#[tokio::test]
async fn the_same_key_does_it_once_and_answers_the_same() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = app.as_user("ada");
    let body = json!({ "name": "Once" });
    let first = keyed(&ada, "k1", "/api/v1/groups", body.clone())
        .await
        .expect(201);
    assert_eq!(first.header("idempotency-replayed"), None);
    let _ = ada
        .patch("/api/v1/groups/Once", json!({ "name": "Twice" }))
        .await
        .expect(200);
    let again = keyed(&ada, "k1", "/api/v1/groups", body.clone())
        .await
        .expect(201);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(
        (again.position(), &again.body),
        (first.position(), &first.body)
    );
    // Another body, path or person is another request.
    let other = keyed(&ada, "k1", "/api/v1/groups", json!({ "name": "Other" }))
        .await
        .expect(422);
    assert_eq!(other.body["code"], "idempotency_key_reused");
    let _ = keyed(&ada, "k1", "/api/v1/tags", body).await.expect(422);
    let _ = keyed(
        &app.as_user("sven"),
        "k1",
        "/api/v1/requests",
        json!({ "group": "Wiki" }),
    )
    .await
    .expect(201);
    Ok(())
}

#[tokio::test]
async fn the_house_rules_stand_and_name_themselves() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = app.as_user("ada");
    let no_reason = ada
        .put("/api/v1/groups/Vault/members/mia", json!({}))
        .await
        .expect(400);
    assert_eq!(no_reason.body["code"], "reason_required");
    let capped = ada
        .put(
            "/api/v1/groups/Vault/members/mia",
            json!({ "reason": "audit" }),
        )
        .await
        .expect(200);
    assert_eq!(capped.body["items"][0]["until"], "2026-04-01T09:00:00Z");
    let past = ada
        .put(
            "/api/v1/groups/Wiki/members/mia",
            json!({ "until": "2026-01-01" }),
        )
        .await
        .expect(400);
    assert_eq!(past.body["code"], "invalid");
    let _ = ada
        .post("/api/v1/groups", json!({ "name": "payroll" }))
        .await;
    let last = ada.delete("/api/v1/users/ada").await;
    assert_eq!(last.status, 400, "{}", last.body);
    let nothing = ada
        .patch("/api/v1/groups/Wiki", json!({}))
        .await
        .expect(200);
    assert_eq!(nothing.position(), app.world().position().0);
    Ok(())
}

#[tokio::test]
async fn what_was_done_is_on_record_and_can_be_undone() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let olga = app.as_user("olga");
    let gone = olga
        .delete("/api/v1/groups/Payroll/members/mia")
        .await
        .expect(200)
        .position();
    let log = olga
        .get("/api/v1/log?group=Payroll&actor=@me")
        .await
        .expect(200);
    assert_json_snapshot!(plain(&log.body), @r#"
    {
      "items": [
        {
          "actor": {
            "id": "[id]",
            "kind": "user",
            "login": "olga",
            "name": "Olga Owner"
          },
          "at": "2026-03-02T09:00:00Z",
          "operation": "group.remove_people",
          "position": 19,
          "subjects": [
            {
              "id": "[id]",
              "kind": "user",
              "label": "mia"
            },
            {
              "id": "[id]",
              "kind": "group",
              "label": "Payroll"
            }
          ],
          "undoes": null,
          "undone_by": null
        }
      ],
      "next": null,
      "total": null
    }
    "#);
    let undo = format!("/api/v1/log/{gone}/undo");
    let _ = app.as_user("sven").post(&undo, json!({})).await.expect(403);
    let undone = olga.post(&undo, json!({})).await.expect(200);
    assert_eq!(undone.body["undid"], gone);
    assert_eq!(
        olga.get("/api/v1/groups/Payroll/members")
            .await
            .expect(200)
            .each("/user/login"),
        ["mia"]
    );
    let entry = olga.get(&format!("/api/v1/log/{gone}")).await.expect(200);
    assert_eq!(entry.body["undone_by"], undone.position());
    let _ = olga.post(&undo, json!({})).await.expect(409);
    Ok(())
}

#[tokio::test]
async fn it_runs_on_postgres_too() -> anyhow::Result<()> {
    let Some(app) = TestApp::on_postgres().await? else {
        return Ok(());
    };
    let ada = app.as_user("ada");
    let done = keyed(&ada, "k", "/api/v1/groups", json!({ "name": "Once" }))
        .await
        .expect(201);
    let again = keyed(&ada, "k", "/api/v1/groups", json!({ "name": "Once" }))
        .await
        .expect(201);
    assert_eq!(done.body, again.body);
    assert_eq!(
        ada.get("/api/v1/about").await.expect(200).body["engine"],
        "PostgreSQL"
    );
    let history = ada.get("/api/v1/groups/Payroll/history").await.expect(200);
    assert_eq!(history.each("/user/login").len(), 2);
    Ok(())
}

#[tokio::test]
async fn an_address_and_a_manager_are_cleared_by_null_and_stay_where_nothing_is_said()
-> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = app.as_user("ada");
    let path = "/api/v1/users/mia";
    let both = json!({ "email": "m@example.com", "manager": "sven" });
    let set = ada.patch(path, both).await.expect(200).body;
    assert_eq!(set["email"], "m@example.com");
    assert_eq!(set["manager"]["login"], "sven");
    let name = ada.patch(path, json!({ "name": "Mia M" })).await;
    let kept = name.expect(200).body;
    assert_eq!(
        (&kept["email"], &kept["manager"]),
        (&set["email"], &set["manager"])
    );
    let cleared = ada
        .patch(path, json!({ "email": null, "manager": null }))
        .await;
    let cleared = cleared.expect(200).body;
    let none = |name: &str| cleared.get(name).is_none_or(Value::is_null);
    assert!(none("email") && none("manager"), "{cleared}");
    assert_eq!(
        app.world().find_user("mia").map(|u| u.manager.is_none()),
        Some(true)
    );
    // A name cannot be missing.
    let _ = ada.patch(path, json!({ "name": null })).await.expect(400);
    let document = ada.get("/api/openapi.json").await.expect(200).body;
    let change = &document["components"]["schemas"]["UserChange"]["properties"];
    assert_eq!(change["email"]["type"], json!(["string", "null"]));
    assert_eq!(change["name"]["type"], "string");
    Ok(())
}

#[tokio::test]
async fn who_asks_for_longer_than_tags_allow_is_told_at_once() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let sven = app.as_user("sven");
    let ask = json!({ "group": "Vault", "reason": "audit" });
    let asked = sven.post("/api/v1/requests", ask).await.expect(201).body;
    assert!(asked["until"].is_null());
    assert_eq!(asked["allowed_until"], "2026-04-01T09:00:00Z");
    let path = format!("/api/v1/requests/{}", asked["id"].as_str().unwrap());
    app.clock.advance(jiff::SignedDuration::from_hours(24));
    let later = sven.get(&path).await.expect(200).body;
    assert_eq!(later["allowed_until"], "2026-04-02T09:00:00Z");
    let approved = app
        .as_user("ada")
        .post(&format!("{path}/approve"), json!({}))
        .await;
    let approved = approved.expect(200).body;
    assert_eq!(
        approved["resolution"]["granted_until"],
        later["allowed_until"]
    );
    assert!(approved.get("allowed_until").is_none(), "{approved}");
    let fits = json!({ "group": "Wiki", "until": "2026-03-09" });
    let fits = sven.post("/api/v1/requests", fits).await.expect(201).body;
    assert!(fits.get("allowed_until").is_none(), "{fits}");
    Ok(())
}
