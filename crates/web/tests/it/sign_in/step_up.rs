//! What is asked for before acts that matter, and of whom.

use anyhow::Result;
use jiff::SignedDuration;
use portcullis_model::Scope;
use portcullis_testkit::TestApp;
use portcullis_web::{Act, StepUp, Ways};
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::gate::{Gate, token};

fn asking(acts: &[Act]) -> Ways {
    Ways {
        step_up: StepUp {
            acts: acts.iter().copied().collect(),
            max_age: 900,
            acr_values: Vec::new(),
        },
        ..Ways::default()
    }
}

#[tokio::test]
async fn a_session_of_long_ago_does_what_is_not_asked_about_and_nothing_else() -> Result<()> {
    let it = TestApp::start().await?;
    let gate = Gate::of(&it.app, asking(&[Act::Administer, Act::Tokens]), None).await?;
    let cookie = gate.sign_in(&it.app, "ada").await;
    let program = token(&it.app, "ada", "program", &[Scope::Administer]).await;
    let csrf = gate.form_token(&cookie).await;
    let headers = [("cookie", &*cookie), ("referer", "http://elsewhere/x")];
    let create = async |name: &str| {
        let form: &[_] = &[
            ("csrf", &*csrf),
            ("name", name),
            ("description", "for a test"),
        ];
        gate.ask(Method::POST, "/tags/new", &headers, Some(form))
            .await
    };
    assert_eq!(create("Now").await.status, StatusCode::SEE_OTHER);
    it.clock.advance(SignedDuration::from_secs(901));
    let asked = create("Later").await;
    assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
    assert!(
        asked.text.contains("Sign in again to go on"),
        "{}",
        asked.text
    );
    assert!(
        asked.text.contains("/sign-in/again?next=%2Ftags%2Fnew"),
        "{}",
        asked.text
    );
    assert!(it.world().find_tag("Later").is_none());
    // Its pages are seen as before, and what is lost can be ended.
    assert_eq!(gate.get("/tags/new", &cookie).await.status, StatusCode::OK);
    let csrf_only: &[_] = &[("csrf", &*csrf)];
    let out = gate
        .ask(
            Method::POST,
            "/account/sign-out-everywhere",
            &headers,
            Some(csrf_only),
        )
        .await;
    assert_eq!(out.status, StatusCode::SEE_OTHER);
    let tokens: &[_] = &[
        ("csrf", &*csrf),
        ("name", "x"),
        ("scope", "read"),
        ("days", "3"),
    ];
    let made = gate
        .ask(Method::POST, "/account/tokens", &headers, Some(tokens))
        .await;
    assert_eq!(made.status, StatusCode::UNAUTHORIZED);
    // A token was made for what it does.
    let tag = json!({ "name": "By token" });
    let (status, _) = gate
        .program(Method::POST, "/api/v1/tags", program.reveal(), &tag)
        .await;
    assert_eq!(status, 201);
    Ok(())
}

#[tokio::test]
async fn a_script_is_told_what_to_ask_the_provider_for() -> Result<()> {
    let it = TestApp::start().await?;
    let mut ways = asking(&[Act::Administer]);
    ways.step_up.acr_values = vec!["mfa".into(), "hw".into()];
    let gate = Gate::of(&it.app, ways, None).await?;
    // A link says nothing of how well it was proved.
    let cookie = gate.sign_in(&it.app, "ada").await;
    let csrf = gate.form_token(&cookie).await;
    let client = reqwest::Client::builder().no_proxy().build()?;
    let asked = client
        .post(gate.at("/api/v1/tags"))
        .header("cookie", &cookie)
        .header("x-csrf-token", &csrf)
        .json(&json!({ "name": "New" }));
    let answer = asked.send().await?;
    assert_eq!(answer.status(), 401);
    assert_eq!(
        answer.headers()["www-authenticate"],
        "Bearer error=\"insufficient_user_authentication\", max_age=\"900\", acr_values=\"mfa hw\""
    );
    let problem: serde_json::Value = answer.json().await?;
    assert_eq!(problem["code"], "insufficient_user_authentication");
    Ok(())
}

#[tokio::test]
async fn who_came_by_a_link_and_is_linked_nowhere_is_told_so() -> Result<()> {
    let it = TestApp::start().await?;
    let gate = Gate::of(&it.app, asking(&[Act::Administer]), None).await?;
    let cookie = gate.sign_in(&it.app, "ada").await;
    let told = gate.get("/sign-in/again?next=/tags", &cookie).await;
    assert_eq!(told.status, StatusCode::FORBIDDEN);
    assert!(told.text.contains("Ask for a new link"), "{}", told.text);
    // Nobody is sent there who is not signed in.
    assert!(
        gate.get("/sign-in/again", "")
            .await
            .to
            .starts_with("/sign-in?")
    );
    Ok(())
}
