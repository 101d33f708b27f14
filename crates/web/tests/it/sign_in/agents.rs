//! Programs that act for a person, over every way there is.

use anyhow::Result;
use portcullis_model::Scope;
use portcullis_testkit::TestApp;
use portcullis_web::Ways;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::gate::{Gate, token};

fn asks(login: &str) -> Value {
    json!({
        "subject": { "type": "user", "id": login },
        "action": { "name": "use" },
        "resource": { "type": "permission", "id": "invoices:read" }
    })
}

#[tokio::test]
async fn an_agent_has_what_its_sponsor_has_as_long_as_they_have_it() -> Result<()> {
    let it = TestApp::start().await?;
    let gate = Gate::of(&it.app, Ways::default(), None).await?;
    let admin = token(&it.app, "ada", "admin", &Scope::ALL).await;
    let admin = async |method: Method, path: &str, body: Value| {
        gate.program(method, path, admin.reveal(), &body).await
    };
    let mut new = json!({ "login": "bot", "name": "Night Bot", "kind": "agent" });

    // It is made for a person.
    let (status, answer) = admin(Method::POST, "/api/v1/users", new.clone()).await;
    let field = &answer["errors"][0]["field"];
    assert_eq!((status, field), (400, &json!("manager")), "{answer}");
    new["manager"] = json!("max");
    let (status, answer) = admin(Method::POST, "/api/v1/users", new).await;
    assert_eq!(
        (status, &answer["kind"]),
        (201, &json!("agent")),
        "{answer}"
    );
    assert_eq!(answer["manager"]["login"], "max");

    // It gets what they have, through whatever, and nothing else.
    let add = |group: &str| format!("/api/v1/groups/{group}/members/bot");
    let (status, answer) = admin(Method::PUT, &add("Payroll"), json!({})).await;
    assert_eq!(
        (status, &answer["code"]),
        (400, &json!("beyond_sponsor")),
        "{answer}"
    );
    let (status, answer) = admin(Method::PUT, &add("App-Billing-Readers"), json!({})).await;
    assert_eq!(status, 200, "{answer}");

    // Who it acts for makes its tokens and sees them, and nobody else does but an admin.
    let cookie = gate.sign_in(&it.app, "max").await;
    let account = gate.get("/account?user=bot", &cookie).await;
    assert_eq!(account.status, StatusCode::OK);
    let csrf = gate.form_token(&cookie).await;
    let form = [
        ("csrf", &*csrf),
        ("user", "bot"),
        ("name", "nightly"),
        ("scope", "read"),
        ("scope", "decisions"),
        ("days", "3"),
    ];
    let headers = [("cookie", &*cookie)];
    let made = gate
        .ask(Method::POST, "/account/tokens", &headers, Some(&form))
        .await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text);
    let (_, rest) = made.text.split_once("pct_").expect("it is shown");
    let secret = format!(
        "pct_{}",
        rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-')
            .next()
            .unwrap()
    );
    let other = gate.sign_in(&it.app, "sven").await;
    assert_eq!(
        gate.get("/account?user=bot", &other).await.status,
        StatusCode::FORBIDDEN
    );

    // What it may is said alike wherever it is asked.
    let may = async || {
        let (status, decided) = gate
            .program(Method::POST, "/access/v1/evaluation", &secret, &asks("bot"))
            .await;
        assert_eq!(status, 200, "{decided}");
        let (_, rules) = gate
            .program(Method::GET, "/api/v1/me/rules", &secret, &json!({}))
            .await;
        assert_eq!(
            rules["attributes"]["subject.id"], "max",
            "rules see whom it acts for"
        );
        let listed = !rules["rules"].as_array().unwrap().is_empty();
        let (_, who) = gate
            .program(
                Method::GET,
                "/api/v1/who-can?permission=invoices:read",
                &secret,
                &json!({}),
            )
            .await;
        let holds = who["items"]
            .as_array()
            .unwrap()
            .iter()
            .any(|row| row["user"]["login"] == "bot" || row["login"] == "bot");
        let page = gate.get("/people/bot?show=permissions", &cookie).await.text;
        let all = [
            decided["decision"] == true,
            listed,
            holds,
            page.contains("invoices:read"),
        ];
        assert!(all.iter().all(|it| *it == all[0]), "{all:?} {who}");
        all[0]
    };
    assert!(may().await);
    assert!(
        gate.get("/people/bot", &cookie)
            .await
            .text
            .contains("Acts for")
    );
    let (status, answer) = admin(
        Method::DELETE,
        "/api/v1/groups/Role-Analysts/members/max",
        json!({}),
    )
    .await;
    assert_eq!(status, 200, "{answer}");
    assert!(!may().await, "it went with what its sponsor had");

    // With the person go its tokens.
    let (status, answer) = admin(Method::DELETE, "/api/v1/users/max", json!({})).await;
    assert_eq!(status, 200, "{answer}");
    let (status, _) = gate
        .program(Method::GET, "/api/v1/me", &secret, &json!({}))
        .await;
    assert_eq!(status, 401);
    Ok(())
}
