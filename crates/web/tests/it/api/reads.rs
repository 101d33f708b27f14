//! Reading: pages, filters, the past, and the questions.

use insta::assert_json_snapshot;
use jiff::SignedDuration;
use portcullis_testkit::TestApp;
use serde_json::{Value, json};

use super::plain;

#[tokio::test]
async fn pages_of_a_list_follow_one_another_and_end() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let sven = app.as_user("sven");
    let all = sven.get("/api/v1/users").await.expect(200);
    assert_eq!(
        (&all.body["total"], &all.body["next"]),
        (&json!(7), &Value::Null)
    );
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = sven
            .get(&format!("/api/v1/users?limit=3&after={after}"))
            .await
            .expect(200);
        assert_eq!(page.body["total"], 7);
        seen.extend(page.each("/login"));
        match page.body["next"].as_str() {
            Some(next) => next.clone_into(&mut after),
            None => break,
        }
    }
    assert_eq!(seen, all.each("/login"));
    Ok(())
}

#[tokio::test]
async fn lists_are_filtered_and_a_filter_nobody_knows_is_told() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let sven = app.as_user("sven");
    let cases: [(&str, &[&str]); 9] = [
        ("/api/v1/groups?kind=role", &["Role-Analysts"]),
        ("/api/v1/roles", &["Role-Analysts"]),
        (
            "/api/v1/groups?app=billing&q=read",
            &["App-Billing-Readers"],
        ),
        ("/api/v1/groups?tag=Sensitive", &["Vault"]),
        ("/api/v1/groups?owner=olga", &["Payroll", "Vault"]),
        ("/api/v1/groups?q=%25", &[]),
        ("/api/v1/users?q=ADMIN", &["Ada Admin"]),
        ("/api/v1/apps?q=invoices", &["Billing"]),
        ("/api/v1/tags?enabled=false", &[]),
    ];
    for (path, names) in cases {
        assert_eq!(
            sven.get(path).await.expect(200).each("/name"),
            names,
            "{path}"
        );
    }
    let wrong = sven
        .get("/api/v1/groups?knd=role&limit=0&managed=maybe&kind=x")
        .await
        .expect(400);
    assert_json_snapshot!(plain(&wrong.body), @r#"
    {
      "code": "invalid",
      "detail": "knd: there is no parameter `knd` here; did you mean `kind`?; kind: `x` is none of `group`, `role`, `app`; managed: `maybe` is none of `true`, `false`; limit: `0` is not a number of rows from 1 to 1000",
      "errors": [
        {
          "field": "knd",
          "message": "there is no parameter `knd` here; did you mean `kind`?"
        },
        {
          "field": "kind",
          "message": "`x` is none of `group`, `role`, `app`"
        },
        {
          "field": "managed",
          "message": "`maybe` is none of `true`, `false`"
        },
        {
          "field": "limit",
          "message": "`0` is not a number of rows from 1 to 1000"
        }
      ],
      "request_id": "[id]",
      "status": 400,
      "title": "invalid input",
      "type": "https://portcullis.dev/problems/invalid"
    }
    "#);
    for path in [
        "/api/v1/groups?app=nope",
        "/api/v1/groups?tag=nope",
        "/api/v1/groups?owner=nope",
    ] {
        let _ = sven.get(path).await.expect(404);
    }
    Ok(())
}

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
      "email": "max@example.com",
      "id": "[id]",
      "kind": "person",
      "login": "max",
      "manager": null,
      "name": "Max Analyst",
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

#[tokio::test]
async fn lists_are_sorted_either_way_and_pages_follow_without_gap() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = app.as_user("ada");
    for (path, key, sorts) in [
        ("users", "/login", &["login", "name", "groups"][..]),
        ("groups", "/name", &["name", "members", "owners"][..]),
        ("roles", "/name", &["name", "members", "owners"][..]),
    ] {
        for sort in sorts {
            let list = |order: &str| format!("/api/v1/{path}?sort={sort}&order={order}");
            let up = ada.get(&list("asc")).await.expect(200);
            let all = up.each(key);
            let down = ada.get(&list("desc")).await.expect(200).each(key);
            assert_eq!(
                down.iter().rev().collect::<Vec<_>>(),
                all.iter().collect::<Vec<_>>(),
                "{path} by {sort}"
            );
            for (order, whole) in [("asc", &all), ("desc", &down)] {
                let (mut seen, mut after) = (Vec::new(), String::new());
                loop {
                    let page = format!("{}&limit=2{after}", list(order));
                    let page = ada.get(&page).await.expect(200);
                    assert!(page.each(key).len() <= 2);
                    seen.extend(page.each(key));
                    match page.body["next"].as_str() {
                        Some(next) => after = format!("&after={next}"),
                        None => break,
                    }
                }
                assert_eq!(&seen, whole, "{path} by {sort} {order}");
            }
        }
    }
    let most = ada
        .get("/api/v1/groups?sort=members&order=desc&limit=1")
        .await
        .expect(200);
    let first = most.each("/name")[0].clone();
    let world = app.world();
    let count = |group| {
        world.holder_count(
            group,
            portcullis_model::MembershipKind::Member,
            app.app.now(),
        )
    };
    let largest = world.groups().map(|group| count(group.id)).max();
    assert_eq!(
        world.find_group(&first).map(|group| count(group.id)),
        largest
    );
    let _ = ada.get("/api/v1/groups?sort=colour").await.expect(400);
    Ok(())
}
