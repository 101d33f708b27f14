//! Every route of the API × every kind of proof: who is not signed in any more is let into nothing, and
//! a token does what its scope says and nothing else. What a route needs is written down here by hand.

use anyhow::Result;
use jiff::SignedDuration;
use portcullis_app::{secret::Secret, user::DeleteUser};
use portcullis_model::Scope;
use portcullis_testkit::TestApp;
use portcullis_web::Ways;
use reqwest::Method;
use serde_json::Value;

use super::gate::{Gate, operator, token};
use crate::api::matrix::{Row, prepared, table};

/// What a route needs.
fn needs((method, path, ..): &Row) -> Scope {
    match (*method, *path) {
        ("GET", _) | ("POST", "/api/v1/rules/lint" | "/api/v1/rules/diff") => Scope::Read,
        ("POST", "/api/v1/requests" | "/api/v1/requests/{request}/withdraw") => Scope::Request,
        ("POST", "/api/v1/requests/{request}/approve" | "/api/v1/requests/{request}/reject") => {
            Scope::Decide
        }
        _ => Scope::Administer,
    }
}

/// The status and code of what a browser with `cookie` is answered, or a program with a token.
async fn ask(
    gate: &Gate,
    (row, address): &(Row, String),
    proof: (&str, &str),
    csrf: Option<&str>,
) -> Result<(u16, String)> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let mut asked = client.request(row.0.parse::<Method>()?, gate.at(address));
    asked = asked.header(proof.0, proof.1);
    if let Some(csrf) = csrf {
        asked = asked.header("x-csrf-token", csrf);
    }
    if !row.3.is_null() {
        asked = asked.json(&row.3);
    }
    let answer = asked.send().await?;
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.unwrap_or_default();
    Ok((status, body["code"].as_str().unwrap_or_default().to_owned()))
}

#[tokio::test]
async fn a_token_does_what_its_scope_says_on_every_route() -> Result<()> {
    let (it, known) = prepared().await?;
    let gate = Gate::of(&it.app, Ways::default(), None).await?;
    let rows = table(&known);
    let mut wrong = Vec::new();
    for scope in Scope::ALL {
        let token: Secret = token(&it.app, "ada", scope.as_str(), &[scope]).await;
        let bearer = format!("Bearer {}", token.reveal());
        for row in &rows {
            let (status, code) = ask(&gate, row, ("authorization", &bearer), None).await?;
            let let_in = code != "insufficient_scope";
            if let_in != (needs(&row.0) == scope) || status == 401 {
                wrong.push(format!("{scope}: {} {}: {status} {code}", row.0.0, row.1));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// What every route answers whoever comes with that cookie.
async fn statuses(
    gate: &Gate,
    it: &[(Row, String)],
    cookie: &str,
    csrf: &str,
) -> Result<Vec<String>> {
    let mut let_in = Vec::new();
    for row in it {
        let (status, _) = ask(gate, row, ("cookie", cookie), Some(csrf)).await?;
        if status != 401 {
            let_in.push(format!("{} {}: {status}", row.0.0, row.1));
        }
    }
    Ok(let_in)
}

#[tokio::test]
async fn who_is_not_signed_in_any_more_is_let_into_nothing() -> Result<()> {
    let (it, known) = prepared().await?;
    let gate = Gate::of(&it.app, Ways::default(), None).await?;
    let rows = table(&known);
    let enter = async |app: &TestApp, login: &str| {
        let cookie = gate.sign_in(&app.app, login).await;
        let csrf = gate.form_token(&cookie).await;
        (cookie, csrf)
    };
    // Signed in, all of it is answered; this shows that the questions are right.
    let (cookie, csrf) = enter(&it, "ada").await;
    assert_eq!(
        statuses(&gate, &rows, &cookie, &csrf).await?.len(),
        rows.len()
    );
    // Signed out.
    let out: &[_] = &[("csrf", &*csrf)];
    gate.ask(
        Method::POST,
        "/sign-out",
        &[("cookie", &*cookie)],
        Some(out),
    )
    .await;
    assert_eq!(
        statuses(&gate, &rows, &cookie, &csrf).await?,
        [""; 0],
        "signed out"
    );
    // Idle for too long, and too old however busy.
    let (cookie, csrf) = enter(&it, "ada").await;
    it.clock.advance(SignedDuration::from_hours(13));
    assert_eq!(
        statuses(&gate, &rows, &cookie, &csrf).await?,
        [""; 0],
        "idle"
    );
    let (cookie, csrf) = enter(&it, "ada").await;
    let ends = it.app.now().plus_days(7);
    for _ in 0..17 {
        it.clock.advance(SignedDuration::from_hours(10));
        let held = gate.lets_in(&cookie).await;
        assert_eq!(held, it.app.now() < ends, "a busy one holds for a week");
    }
    assert_eq!(
        statuses(&gate, &rows, &cookie, &csrf).await?,
        [""; 0],
        "too old"
    );
    // Deleted.
    let (cookie, csrf) = enter(&it, "mia").await;
    let user = it.world().user_by_login("mia").expect("mia").id;
    let context = operator(&it.app);
    it.app.commit(context, DeleteUser { user }, None).await?;
    assert_eq!(
        statuses(&gate, &rows, &cookie, &csrf).await?,
        [""; 0],
        "deleted"
    );
    Ok(())
}
