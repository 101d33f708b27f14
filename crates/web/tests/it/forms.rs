//! Forms: what is wrong stands at the field, and nothing that was typed or picked is lost.

use portcullis_testkit::TestApp;
use serde_json::json;

use crate::browser::Browser;

#[tokio::test]
async fn an_address_and_a_manager_are_cleared_by_emptying_their_fields() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = Browser::new(&app, "ada")?;
    let known = || {
        let world = app.world();
        let mia = world.find_user("mia").expect("mia");
        (mia.email.is_some(), mia.manager.is_some())
    };
    let fields = |email, manager| {
        [
            ("name", "Mia Member"),
            ("login", "mia"),
            ("email", email),
            ("manager", manager),
        ]
    };
    let page = "/people/mia/edit";
    assert_eq!(
        ada.post(page, &fields("m@example.com", "sven"))
            .await
            .status,
        303
    );
    assert_eq!(known(), (true, true));
    let wrong = ada.post(page, &fields("", "nobody-like-it")).await;
    assert_eq!(wrong.status, 422);
    assert_eq!(known(), (true, true), "nothing is half done");
    assert_eq!(ada.post(page, &fields("", "")).await.status, 303);
    assert_eq!(known(), (false, false));
    Ok(())
}

#[tokio::test]
async fn rejecting_several_without_a_reason_gives_the_list_back_with_what_was_picked()
-> anyhow::Result<()> {
    let app = TestApp::start().await?;
    for login in ["sven", "max"] {
        let wish = json!({ "group": "Payroll", "reason": "for the audit" });
        let _ = app
            .as_user(login)
            .post("/api/v1/requests", wish)
            .await
            .expect(201);
    }
    let olga = Browser::new(&app, "olga")?;
    let ids: Vec<_> = {
        let world = app.world();
        let of = |login: &str| {
            let user = world.find_user(login).expect("a user").id;
            let mut all = world.requests();
            all.find(|request| request.requester == user)
                .expect("a request")
                .id
                .to_string()
        };
        vec![of("sven"), of("max")]
    };
    let list = olga.get("/requests?q=audit").await.text;
    assert!(
        list.contains("action=\"/requests/decide?q=audit\""),
        "{list}"
    );
    let decide = "/requests/decide?q=audit";
    let fields = [("request", &*ids[0]), ("do", "reject"), ("reason", "")];
    let again = olga.post(decide, &fields).await;
    assert_eq!(again.status, 422);
    let row = |id: &str| {
        let at = again.text.find(&format!("value=\"{id}\"")).expect("a row");
        again.text[at..at + 80].contains("checked")
    };
    assert!(
        row(&ids[0]) && !row(&ids[1]),
        "what was picked stays picked"
    );
    for said in [
        "say why",
        "aria-invalid=\"true\"",
        "href=\"#reason\"",
        "value=\"audit\"",
    ] {
        assert!(again.text.contains(said), "{said} in {}", again.text);
    }
    let fields = [("do", "approve"), ("reason", "fine")];
    let none = olga.post(decide, &fields).await;
    assert_eq!(none.status, 422);
    assert!(none.text.contains("pick at least one") && none.text.contains("value=\"fine\""));
    let fields = [
        ("request", &*ids[0]),
        ("do", "reject"),
        ("reason", "no"),
        ("confirm", "yes"),
    ];
    assert_eq!(olga.post(decide, &fields).await.status, 303);
    // Somebody was quicker: the list says so.
    let late = olga.post(decide, &fields).await;
    assert_eq!(late.status, 422, "{}", late.text);
    Ok(())
}
