//! Every kind of entitlement over the API and on pages, by its example.

use portcullis_model::EntitlementKind;
use portcullis_testkit::TestApp;
use serde_json::{Map, Value, json};

use crate::browser::Browser;

fn example(kind: EntitlementKind) -> Map<String, Value> {
    serde_json::from_str(kind.example()).expect("an example is JSON")
}

#[tokio::test]
async fn every_kind_is_granted_shown_and_removed_over_the_api() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = app.as_user("ada");
    let path = "/api/v1/groups/Payroll/entitlements";
    let described = app.anonymous().get("/api/openapi.json").await.expect(200);
    let described = &described.body["components"]["schemas"]["NewEntitlement"]["properties"];
    for kind in EntitlementKind::ALL {
        let sent = example(kind);
        let made = ada.post(path, Value::Object(sent.clone())).await;
        let made = made.expect(200).body["items"][0].clone();
        assert_eq!(made["grant"], kind.as_str());
        for (name, value) in &sent {
            assert_eq!(&made[name], value, "{kind}");
            assert!(
                described[name]["description"].is_string(),
                "{name} is described"
            );
        }
        let mut unknown = sent.clone();
        unknown.insert("colour".into(), json!("red"));
        let refused = ada.post(path, Value::Object(unknown)).await.expect(400);
        assert_eq!(refused.body["errors"][0]["field"], "/colour");
        let id = made["id"].as_str().expect("an id");
        let _ = ada.delete(&format!("{path}/{id}")).await.expect(200);
        let left = ada.get(path).await.expect(200);
        assert!(!left.each("/grant").contains(&kind.as_str().to_owned()));
    }
    Ok(())
}

#[tokio::test]
async fn every_kind_is_granted_by_the_one_form_and_shown_on_its_group() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = Browser::new(&app, "ada")?;
    let group = app.world().find_group("Payroll").expect("a group").id;
    for kind in EntitlementKind::ALL {
        let form = format!("/groups/{group}/confer?kind={kind}");
        let drawn = ada.get(&form).await;
        let words = |value: &Value| match value {
            Value::String(text) => text.clone(),
            Value::Array(all) if all.iter().all(Value::is_string) => {
                let all: Vec<_> = all.iter().filter_map(Value::as_str).collect();
                all.join(" ")
            }
            other => other.to_string(),
        };
        let fields: Vec<(String, String)> = example(kind)
            .iter()
            .map(|(name, value)| (name.clone(), words(value)))
            .chain([
                ("until".into(), "never".into()),
                ("confirm".into(), "yes".into()),
            ])
            .collect();
        let fields: Vec<_> = fields
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        for (name, _) in fields.iter().filter(|(name, _)| *name != "confirm") {
            assert!(
                drawn.text.contains(&format!("name=\"{name}\"")),
                "{name} in {form}"
            );
        }
        let empty = ada.post(&form, &[("until", "never")]).await;
        let first = kind.members()[0].name;
        assert_eq!(empty.status, 422);
        assert!(
            empty.text.contains(&format!("id=\"{first}-error\"")),
            "{}",
            empty.text
        );
        let sent = ada.post(&form, &fields).await;
        assert_eq!(sent.status, 303, "{kind}: {}", sent.text);
        let world = app.world();
        let there = world
            .entitlements_of(group)
            .find(|there| there.grant.kind() == kind);
        let there = there.expect("it is granted").clone();
        let mut written = serde_json::to_value(&there.grant)?;
        written.as_object_mut().expect("an object").remove("grant");
        assert_eq!(written, Value::Object(example(kind)));
        let shown = ada.get(&format!("/groups/{group}")).await.text;
        assert!(shown.contains(there.grant.label()), "{shown}");
        let limits = there.grant.limits();
        assert!(shown.contains(&limits), "{limits} in {shown}");
        let withhold = format!("/entitlements/{}/withhold", there.id);
        let removed = ada.post(&withhold, &[("confirm", "yes")]).await;
        assert_eq!(removed.status, 303, "{}", removed.text);
    }
    let none = ada.get(&format!("/groups/{group}/confer?kind=none")).await;
    assert_eq!(none.status, 404);
    Ok(())
}
