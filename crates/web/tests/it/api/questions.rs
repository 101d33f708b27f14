//! The questions across nouns: why, who can, what differs, what ends soon.

use insta::assert_json_snapshot;
use portcullis_testkit::TestApp;
use serde_json::json;

use super::plain;

#[tokio::test]
async fn access_is_explained_or_the_one_step_to_it_is_told() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let sven = app.as_user("sven");
    let has = sven
        .get("/api/v1/explain?user=max&permission=invoices:read")
        .await
        .expect(200);
    assert_eq!(
        (
            &has.body["holds"],
            has.body["paths"][0]["steps"].as_array().map(Vec::len)
        ),
        (&json!(true), Some(2))
    );
    let lacks = sven
        .get("/api/v1/explain?user=@me&permission=invoices:read")
        .await
        .expect(200);
    assert_json_snapshot!(plain(&lacks.body), @r#"
    {
      "holds": false,
      "missing": {
        "code": "not_in_group",
        "sentence": "`sven` is no member of the app group `App-Billing-Readers`",
        "step": {
          "ask": [
            {
              "id": "[id]",
              "login": "petra",
              "name": "Petra Apps"
            }
          ],
          "ask_count": 1,
          "group": {
            "app": {
              "id": "[id]",
              "name": "Billing"
            },
            "id": "[id]",
            "kind": "app",
            "name": "App-Billing-Readers"
          },
          "kind": "member"
        }
      },
      "next": null,
      "path_count": 0,
      "paths": [],
      "user": {
        "id": "[id]",
        "login": "sven",
        "name": "Sven Stranger"
      }
    }
    "#);
    let cases = [
        ("user=@me&permission=nothing:here", "not_conferred"),
        ("user=@me&group=Payroll", "not_in_group"),
        ("user=mia&group=Payroll&kind=owner", "not_in_group"),
    ];
    for (query, code) in cases {
        let told = sven
            .get(&format!("/api/v1/explain?{query}"))
            .await
            .expect(200);
        assert_eq!(told.body["missing"]["code"], code, "{query}");
    }
    for query in [
        "user=@me",
        "user=@me&group=Payroll&permission=x",
        "user=@me&group=Payroll&environment=x",
    ] {
        let _ = sven
            .get(&format!("/api/v1/explain?{query}"))
            .await
            .expect(400);
    }
    Ok(())
}

#[tokio::test]
async fn the_other_questions_are_answered() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = app.as_user("ada");
    let can = ada
        .get("/api/v1/who-can?permission=Invoices:Read")
        .await
        .expect(200);
    assert_eq!(can.each("/user/login"), ["max"]);
    let both = ada.get("/api/v1/compare?a=max&b=mia").await.expect(200);
    let groups = both.body["groups"].as_array().expect("groups");
    let sides: Vec<_> = groups
        .iter()
        .map(|g| {
            (
                g["group"]["name"].as_str(),
                g.get("a").is_some(),
                g.get("b").is_some(),
            )
        })
        .collect();
    assert_eq!(
        sides,
        [
            (Some("App-Billing-Readers"), true, false),
            (Some("Payroll"), false, true),
            (Some("Role-Analysts"), true, false),
        ]
    );
    let found = ada.get("/api/v1/search?q=anal").await.expect(200);
    assert_eq!(found.each("/label"), ["Max Analyst", "Role-Analysts"]);
    assert_eq!(
        ada.get("/api/v1/search").await.expect(400).body["errors"][0]["field"],
        "q"
    );
    let permissions = ada.get("/api/v1/permissions").await.expect(200);
    assert_eq!(permissions.each("/groups/0/name"), ["App-Billing-Readers"]);
    let ends = json!({ "until": "2026-03-10" });
    let _ = ada
        .put("/api/v1/groups/Wiki/members/sven", ends.clone())
        .await
        .expect(200);
    let _ = ada
        .put("/api/v1/groups/Wiki/inclusions/Role-Analysts", ends)
        .await
        .expect(200);
    let soon = ada.get("/api/v1/expiring?within=2w").await.expect(200);
    let mut what = soon.each("/what");
    what.sort();
    assert_eq!(what, ["inclusion", "membership"]);
    assert!(
        ada.get("/api/v1/expiring?within=3d")
            .await
            .expect(200)
            .each("/what")
            .is_empty()
    );
    assert_eq!(
        ada.get("/api/v1/expiring?user=sven")
            .await
            .expect(200)
            .each("/group/name"),
        ["Wiki"]
    );
    assert_eq!(
        ada.get("/api/v1/users/sven/expiring")
            .await
            .expect(200)
            .each("/group/name"),
        ["Wiki"]
    );
    let _ = ada.get("/api/v1/expiring?within=soon").await.expect(400);
    assert_eq!(ada.get("/api/v1/me").await.expect(200).body["admin"], true);
    assert_eq!(ada.get("/api/v1/about").await.expect(200).body["users"], 7);
    Ok(())
}
