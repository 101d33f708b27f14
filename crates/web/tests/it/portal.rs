//! What an operator set of names, lengths and requests, on every way in.

use jiff::SignedDuration;
use portcullis_app::{import, sync::SyncSource, tasks};
use portcullis_model::{
    Actor, ConnectorId, Policy,
    portal::{Length, Lengths, NameForm},
};
use portcullis_testkit::{TestApp, db};
use portcullis_web::Limits;
use serde_json::json;

use crate::browser::Browser;

const ERROR: &str = "Begin with a capital; letters, digits and hyphens only.";

async fn governed(policy: Policy) -> anyhow::Result<TestApp> {
    TestApp::governed(db::on_sqlite()?, Limits::default(), policy).await
}

#[tokio::test]
async fn names_are_like_the_pattern_on_every_way_in() -> anyhow::Result<()> {
    let app = governed(Policy {
        name_form: Some(NameForm::new("[A-Z][A-Za-z0-9-]*", ERROR)?),
        ..Policy::default()
    })
    .await?;
    let ada = app.as_user("ada");
    for (path, body, fits) in [
        ("/api/v1/groups", json!({ "name": "Platform-Team" }), true),
        ("/api/v1/groups", json!({ "name": "platform team" }), false),
        (
            "/api/v1/groups",
            json!({ "name": "Role-Writers", "kind": "role" }),
            true,
        ),
        (
            "/api/v1/groups",
            json!({ "name": "Role-wri_ters", "kind": "role" }),
            false,
        ),
        ("/api/v1/apps", json!({ "name": "Payroll2" }), true),
        ("/api/v1/apps", json!({ "name": "pay roll" }), false),
        ("/api/v1/tags", json!({ "name": "Critical" }), true),
        ("/api/v1/tags", json!({ "name": "critical!" }), false),
        (
            "/api/v1/groups",
            json!({ "name": "App-Billing-Writers", "app": "Billing", "kind": "app" }),
            true,
        ),
        (
            "/api/v1/groups",
            json!({ "name": "App-Billing-writers!", "app": "Billing", "kind": "app" }),
            false,
        ),
    ] {
        let reply = ada.post(path, body.clone()).await;
        if fits {
            assert_eq!(reply.status, 201, "{body}: {}", reply.body);
            continue;
        }
        assert_eq!(reply.status, 400, "{body}: {}", reply.body);
        let error = &reply.body["errors"][0];
        assert_eq!(
            (&error["field"], &error["message"]),
            (&"name".into(), &ERROR.into())
        );
    }
    // What is there keeps its name, and a new one is looked at.
    let wiki = |name: &str| json!({ "name": name, "description": "d" });
    let _ = ada
        .patch("/api/v1/groups/Wiki", wiki("Wiki"))
        .await
        .expect(200);
    let _ = ada
        .patch("/api/v1/groups/Wiki", wiki("wiki 2"))
        .await
        .expect(400);

    let form = Browser::new(&app, "ada")?;
    let fields = [("name", "no good"), ("kind", "group"), ("description", "d")];
    let shown = form.post("/groups/new", &fields).await;
    assert!(
        shown.status == 422 && shown.text.contains(ERROR),
        "{} {}",
        shown.status,
        shown.text
    );

    let file: import::Policy =
        serde_json::from_value(json!({ "groups": [{ "name": "no good" }] }))?;
    let context = app.app.context(Actor::Connector(ConnectorId::POLICY));
    let refused = app.app.commit(context, SyncSource::new(file), None).await;
    let refused = refused.expect_err("a name that is not like the pattern");
    assert!(refused.to_string().contains(ERROR), "{refused}");
    Ok(())
}

#[tokio::test]
async fn pages_offer_the_lengths_that_are_set() -> anyhow::Result<()> {
    let ask = "/requests/new?group=Wiki";
    let usual = governed(Policy::default()).await?;
    let page = Browser::new(&usual, "sven")?.get(ask).await.text;
    for offered in ["12 hours", "2 weeks", "90 days", "No end", "Until a date"] {
        assert!(page.contains(offered), "{offered}");
    }
    let length = |seconds, label: &str| Length {
        seconds,
        label: label.into(),
    };
    let app = governed(Policy {
        lengths: Lengths {
            offered: vec![length(7200, "One shift"), length(86_400, "Today")],
            usual: 7200,
            any_day: false,
            no_end: false,
        },
        ..Policy::default()
    })
    .await?;
    let page = Browser::new(&app, "sven")?.get(ask).await.text;
    for offered in ["One shift", "Today", r#"value="7200" checked"#] {
        assert!(page.contains(offered), "{offered}: {page}");
    }
    for gone in [
        "2 weeks",
        "No end",
        "Until a date",
        r#"value="never""#,
        "until_date",
    ] {
        assert!(!page.contains(gone), "{gone}: {page}");
    }
    Ok(())
}

#[tokio::test]
async fn a_request_that_waited_for_too_long_is_rejected() -> anyhow::Result<()> {
    let app = governed(Policy {
        request_age: Some(7 * 86_400),
        ..Policy::default()
    })
    .await?;
    let sven = app.as_user("sven");
    let ask = json!({ "group": "Wiki", "reason": "asked" });
    let asked = sven.post("/api/v1/requests", ask).await.expect(201).body;
    let path = format!("/api/v1/requests/{}", asked["id"].as_str().unwrap());
    app.clock.advance(SignedDuration::from_hours(7 * 24));
    assert!(tasks::expire(&app.app).await?.is_none());
    app.clock.advance(SignedDuration::from_secs(1));
    assert!(tasks::expire(&app.app).await?.is_some());
    let told = sven.get(&path).await.expect(200).body;
    assert_eq!(told["status"], "rejected");
    assert_eq!(told["resolution"]["by"]["kind"], "system");
    // Without an age it waits for as long as it takes.
    let patient = governed(Policy::default()).await?;
    let ask = json!({ "group": "Wiki", "reason": "asked" });
    let _ = patient
        .as_user("sven")
        .post("/api/v1/requests", ask)
        .await
        .expect(201);
    patient.clock.advance(SignedDuration::from_hours(24 * 400));
    assert!(tasks::expire(&patient.app).await?.is_none());
    Ok(())
}
