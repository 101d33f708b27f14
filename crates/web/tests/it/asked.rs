//! Requests for what is no place in a group that is there: shown, found and decided like the others.

use portcullis_app::request::CreateRequest;
use portcullis_model::{Actor, Description, Expiry, GroupKind, Name, Reason, Wants};
use portcullis_testkit::TestApp;
use serde_json::json;

use crate::browser::Browser;

#[tokio::test]
async fn a_request_for_a_new_group_is_read_and_decided_on_every_page() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let mia = app.world().find_user("mia").expect("mia").id;
    let wants = Wants::NewGroup {
        name: Name::parse("Role-Night-Watch")?,
        description: Description::parse("Who looks after the house at night.")?,
        kind: GroupKind::Role,
        tags: Vec::new(),
    };
    let ask = CreateRequest {
        wants,
        until: Expiry::at(app.app.now().plus_days(20)),
        reason: Reason::parse("we start in May")?,
    };
    app.app
        .commit(app.app.context(Actor::User(mia)), ask, None)
        .await?;
    let request = app.world().requests().next().expect("it waits").clone();
    let (ada, here) = (
        Browser::new(&app, "ada")?,
        format!("/requests/{}", request.id),
    );

    let home = ada.get("/").await.text;
    let asks = home
        .split("asks for a new role:")
        .nth(1)
        .unwrap_or_default();
    assert!(asks.contains("Role-Night-Watch"), "{home}");
    assert!(
        ada.get("/requests?q=night-watch")
            .await
            .text
            .contains("as a new role")
    );
    assert!(
        !ada.get("/requests?q=night-shift")
            .await
            .text
            .contains("as a new role")
    );
    let entry = app
        .as_user("ada")
        .get("/api/v1/log?limit=1")
        .await
        .expect(200);
    let position = entry.body["items"][0]["position"]
        .as_u64()
        .expect("a position");
    let entry = ada.get(&format!("/activity/{position}")).await.text;
    assert!(
        entry.contains("Role-Night-Watch") && !entry.contains("group:role-"),
        "{entry}"
    );

    let page = ada.get(&here).await.text;
    for said in [
        "Who looks after the house at night.",
        "Decide",
        "Role-Night-Watch",
        "as a new role",
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
    assert!(
        !page.contains("others who report to"),
        "nobody has what is not there: {page}"
    );
    let fields = [("until", "asked"), ("reason", "")];
    let done = ada.post(&format!("{here}/approve"), &fields).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let world = app.world();
    let made = world.find_group("Role-Night-Watch").expect("made");
    assert!(made.is_role() && world.owns_group(mia, made.id, app.app.now()));
    assert!(ada.get(&here).await.text.contains("Granted until"));
    Ok(())
}

#[tokio::test]
async fn somebody_who_is_called_as_a_page_is_has_a_page() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let create = json!({ "login": "new", "name": "Nadia New", "email": "new@example.com" });
    let made = app
        .as_user("ada")
        .post("/api/v1/users", create)
        .await
        .expect(201);
    let ada = Browser::new(&app, "ada")?;
    let id = made.body["id"].as_str().expect("an id");
    let list = ada.get("/people?q=nadia").await.text;
    assert!(list.contains(&format!("/people/{id}")), "{list}");
    let page = ada.get(&format!("/people/{id}")).await;
    assert!(page.status == 200 && page.text.contains("Nadia New"));
    Ok(())
}
