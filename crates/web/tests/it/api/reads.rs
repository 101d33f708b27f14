//! Reading: one thing and everything about it, and the past.

use insta::assert_json_snapshot;
use jiff::SignedDuration;
use portcullis_testkit::TestApp;
use serde_json::json;

use super::plain;

#[tokio::test]
async fn things_are_found_by_id_or_name_and_else_are_not_there() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let sven = app.as_user("sven");
    let mia = sven.get("/api/v1/users/mia").await.expect(200).body["id"].clone();
    for key in [mia.as_str().expect("an id"), "MIA"] {
        assert_eq!(
            sven.get(&format!("/api/v1/users/{key}"))
                .await
                .expect(200)
                .body["id"],
            mia
        );
    }
    assert_eq!(
        sven.get("/api/v1/users/@me").await.expect(200).body["login"],
        "sven"
    );
    for path in [
        "/api/v1/users/nobody",
        // An address may be another's tomorrow: it names nobody, and is searched with `?q=`.
        "/api/v1/users/mia@example.com",
        "/api/v1/users/mia%20",
        "/api/v1/users/%25",
        "/api/v1/groups/nothing",
        "/api/v1/roles/Payroll",
        "/api/v1/apps/00000000-0000-7000-8000-000000000000",
        "/api/v1/requests/nothing",
        "/api/v1/log/0",
        "/api/v1/log/99999999999999999999",
        "/api/v1/compare?a=mia&b=nobody",
    ] {
        assert_eq!(
            sven.get(path).await.expect(404).body["code"],
            "not_found",
            "{path}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_user_is_shown_with_every_way_to_what_they_have() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let max = app
        .as_user("sven")
        .get("/api/v1/users/max")
        .await
        .expect(200);
    assert_json_snapshot!(plain(&max.body), @r#"
    {
      "access": [
        {
          "direct": false,
          "group": {
            "app": {
              "id": "[id]",
              "name": "Billing"
            },
            "id": "[id]",
            "kind": "app",
            "name": "App-Billing-Readers"
          },
          "kind": "member",
          "path_count": 1,
          "paths": [
            {
              "granted_by": {
                "kind": "system",
                "system": "operator"
              },
              "reason": "works there",
              "steps": [
                {
                  "group": {
                    "id": "[id]",
                    "kind": "role",
                    "name": "Role-Analysts"
                  },
                  "kind": "member",
                  "until": null
                },
                {
                  "group": {
                    "app": {
                      "id": "[id]",
                      "name": "Billing"
                    },
                    "id": "[id]",
                    "kind": "app",
                    "name": "App-Billing-Readers"
                  },
                  "kind": "member",
                  "until": null
                }
              ],
              "until": null
            }
          ],
          "until": null
        },
        {
          "direct": true,
          "group": {
            "id": "[id]",
            "kind": "role",
            "name": "Role-Analysts"
          },
          "kind": "member",
          "path_count": 1,
          "paths": [
            {
              "granted_by": {
                "kind": "system",
                "system": "operator"
              },
              "reason": "works there",
              "steps": [
                {
                  "group": {
                    "id": "[id]",
                    "kind": "role",
                    "name": "Role-Analysts"
                  },
                  "kind": "member",
                  "until": null
                }
              ],
              "until": null
            }
          ],
          "until": null
        }
      ],
      "access_count": 2,
      "admin": false,
      "attributes": {},
      "direct": [
        {
          "from": "2026-03-02T09:00:00Z",
          "granted_by": {
            "kind": "system",
            "system": "operator"
          },
          "group": {
            "id": "[id]",
            "kind": "role",
            "name": "Role-Analysts"
          },
          "id": "[id]",
          "kind": "member",
          "reason": "works there",
          "until": null,
          "user": {
            "id": "[id]",
            "login": "max",
            "name": "Max Analyst"
          }
        }
      ],
      "direct_count": 1,
      "email": "max@example.com",
      "id": "[id]",
      "kind": "person",
      "login": "max",
      "manager": null,
      "name": "Max Analyst",
      "next": null,
      "permission_count": 1,
      "permissions": [
        {
          "environments": [],
          "group": {
            "app": {
              "id": "[id]",
              "name": "Billing"
            },
            "id": "[id]",
            "kind": "app",
            "name": "App-Billing-Readers"
          },
          "permission": "invoices:read",
          "until": null
        }
      ]
    }
    "#);
    Ok(())
}

#[tokio::test]
async fn members_are_listed_once_with_the_ways_that_lead_there() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let petra = app.as_user("petra");
    let add =
        json!({ "users": ["max", "mia"], "until": "2026-04-01T00:00:00Z", "reason": "audit" });
    let _ = petra
        .post("/api/v1/groups/App-Billing-Readers/members", add)
        .await
        .expect(200);
    let members = petra
        .get("/api/v1/groups/App-Billing-Readers/members")
        .await
        .expect(200);
    assert_json_snapshot!(plain(&members.body), @r#"
    {
      "items": [
        {
          "direct": true,
          "until": null,
          "user": {
            "id": "[id]",
            "login": "max",
            "name": "Max Analyst"
          },
          "way_count": 2,
          "ways": [
            {
              "from": "2026-03-02T09:00:00Z",
              "granted_by": {
                "id": "[id]",
                "kind": "user",
                "login": "petra",
                "name": "Petra Apps"
              },
              "id": "[id]",
              "reason": "audit",
              "through": null,
              "until": "2026-04-01T00:00:00Z"
            },
            {
              "from": "2026-03-02T09:00:00Z",
              "granted_by": {
                "kind": "system",
                "system": "operator"
              },
              "id": "[id]",
              "reason": "works there",
              "through": {
                "id": "[id]",
                "kind": "role",
                "name": "Role-Analysts"
              },
              "until": null
            }
          ]
        },
        {
          "direct": true,
          "until": "2026-04-01T00:00:00Z",
          "user": {
            "id": "[id]",
            "login": "mia",
            "name": "Mia Member"
          },
          "way_count": 1,
          "ways": [
            {
              "from": "2026-03-02T09:00:00Z",
              "granted_by": {
                "id": "[id]",
                "kind": "user",
                "login": "petra",
                "name": "Petra Apps"
              },
              "id": "[id]",
              "reason": "audit",
              "through": null,
              "until": "2026-04-01T00:00:00Z"
            }
          ]
        }
      ],
      "next": null,
      "total": 2
    }
    "#);
    for (query, logins) in [
        ("q=MAX", vec!["max"]),
        ("direct=false", vec![]),
        ("limit=1", vec!["max"]),
    ] {
        let path = format!("/api/v1/groups/App-Billing-Readers/members?{query}");
        assert_eq!(
            petra.get(&path).await.expect(200).each("/user/login"),
            logins,
            "{query}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn the_past_is_answered_as_it_was() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = app.as_user("ada");
    app.clock.advance(SignedDuration::from_hours(1));
    let _ = ada
        .delete("/api/v1/groups/Payroll/members/mia")
        .await
        .expect(200);
    app.clock.advance(SignedDuration::from_hours(1));
    let members = "/api/v1/groups/Payroll/members";
    assert!(
        ada.get(members)
            .await
            .expect(200)
            .each("/user/login")
            .is_empty()
    );
    let then = format!("{members}?at=2026-03-02T09:30:00Z");
    assert_eq!(
        ada.get(&then).await.expect(200).each("/user/login"),
        ["mia"]
    );
    let diff = ada
        .get("/api/v1/diff?from=2026-03-02T09:30:00Z")
        .await
        .expect(200);
    assert_eq!(
        (diff.each("/change"), diff.each("/user/login")),
        (vec!["loss".into()], vec!["mia".into()])
    );
    assert_eq!(
        ada.get("/api/v1/log?at=2026-03-02").await.expect(400).body["errors"][0]["field"],
        "at"
    );
    assert_eq!(
        ada.get("/api/v1/users?at=yesterday").await.expect(400).body["errors"][0]["field"],
        "at"
    );
    let history = ada.get("/api/v1/groups/Payroll/history").await.expect(200);
    assert_eq!(history.each("/removed/actor/login"), ["ada", ""]);
    assert_eq!(history.each("/held/until")[0], "2026-03-02T10:00:00Z");
    Ok(())
}

#[tokio::test]
async fn a_read_may_demand_a_position_and_gets_no_older_one() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = app.as_user("ada");
    let written = ada
        .put("/api/v1/groups/Wiki/members/sven", json!({}))
        .await
        .expect(200)
        .position();
    let get = |position: String| {
        let ada = ada.clone();
        async move {
            let headers = [("portcullis-position", position.as_str())];
            ada.send(
                reqwest::Method::GET,
                "/api/v1/groups/Wiki/members",
                None,
                &headers,
            )
            .await
        }
    };
    let read = get(written.to_string()).await.expect(200);
    assert!(read.position() >= written);
    assert_eq!(
        get("soon".into()).await.expect(400).body["errors"][0]["field"],
        "portcullis-position"
    );
    assert_eq!(
        get((written + 1).to_string()).await.expect(503).body["code"],
        "not_yet"
    );
    Ok(())
}
