//! Tokens: what they may, and how they end.

use anyhow::Result;
use jiff::SignedDuration;
use portcullis_app::{
    identity::{LinkIdentity, UnlinkIdentity},
    secret::Secret,
    token::{IssueToken, RotateToken},
};
use portcullis_model::{Actor, ConnectorId, Expiry, Name, NoticeKind, OperationName, Scope};
use portcullis_testkit::TestApp;
use portcullis_web::Ways;
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::gate::{Gate, operator, token};

#[tokio::test]
async fn a_token_does_what_its_scopes_say_and_no_more() -> Result<()> {
    let it = TestApp::start().await?;
    let gate = Gate::of(&it.app, Ways::default(), None).await?;
    let asks = json!({ "group": "payroll-read", "reason": "work" });
    let question = json!({
        "subject": { "type": "user", "id": "ada" },
        "action": { "name": "use" },
        "resource": { "type": "permission", "id": "x" }
    });
    let tag = json!({ "name": "by-token" });
    let table = [
        (Scope::Read, Method::GET, "/api/v1/groups", json!({})),
        (Scope::Read, Method::GET, "/groups", json!({})),
        (Scope::Request, Method::POST, "/api/v1/requests", asks),
        (
            Scope::Decide,
            Method::POST,
            "/api/v1/requests/none/approve",
            json!({}),
        ),
        (Scope::Administer, Method::POST, "/api/v1/tags", tag),
        (
            Scope::Decisions,
            Method::POST,
            "/access/v1/evaluation",
            question,
        ),
    ];
    for scope in Scope::ALL {
        let token = token(&it.app, "ada", scope.as_str(), &[scope]).await;
        for (needed, method, path, body) in &table {
            let (status, answer) = gate
                .program(method.clone(), path, token.reveal(), body)
                .await;
            // A page is a page in refusing, too.
            let code = answer["code"].as_str().unwrap_or("insufficient_scope");
            let refused = (status, code) == (403, "insufficient_scope");
            let what = format!("{} {method} {path}: {status} {answer}", scope.as_str());
            assert_eq!(refused, scope != *needed, "{what}");
            assert_ne!(status, 401, "{what}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_token_ends_by_time_by_revocation_and_after_its_overlap() -> Result<()> {
    let it = TestApp::start().await?;
    let gate = Gate::of(&it.app, Ways::default(), None).await?;
    let works = async |token: &Secret| {
        gate.program(Method::GET, "/api/v1/me", token.reveal(), &json!({}))
            .await
            .0
            == 200
    };
    let old = token(&it.app, "sven", "laptop", &[Scope::Read]).await;
    let id = it.world().credential_by_digest(old.digest()).unwrap().id;
    let new = Secret::new("pct_");
    let rotate = RotateToken {
        token: id,
        digest: new.digest(),
        until: Expiry::at(it.app.now().plus_days(30)),
        overlap: 3_600,
    };
    let sven = it.world().user_by_login("sven").unwrap().id;
    let as_sven = || it.app.context(Actor::User(sven));
    it.app.commit(as_sven(), rotate, None).await.unwrap();
    assert!(works(&old).await && works(&new).await);
    it.clock.advance(SignedDuration::from_hours(1));
    assert!(!works(&old).await && works(&new).await);
    it.clock.advance(SignedDuration::from_hours(24 * 30));
    assert!(!works(&new).await);
    // Longer than the settings let, none is made.
    let long = IssueToken {
        user: sven,
        name: Name::parse("for ever")?,
        scopes: [Scope::Read].into(),
        digest: Secret::new("").digest(),
        until: Expiry::NEVER,
    };
    assert!(it.app.commit(as_sven(), long, None).await.is_err());
    Ok(())
}

#[tokio::test]
async fn a_page_makes_a_token_shows_it_once_and_revokes_it() -> Result<()> {
    let it = TestApp::start().await?;
    let gate = Gate::of(&it.app, Ways::default(), None).await?;
    let cookie = gate.sign_in(&it.app, "sven").await;
    let csrf = gate.form_token(&cookie).await;
    let headers = [("cookie", &*cookie)];
    let form: &[_] = &[
        ("csrf", &*csrf),
        ("name", "laptop"),
        ("scope", "read"),
        ("days", "3"),
    ];
    let made = gate
        .ask(Method::POST, "/account/tokens", &headers, Some(form))
        .await;
    let (_, rest) = made.text.split_once("pct_").expect("the token");
    let token = format!("pct_{}", &rest[..64]);
    let me = async || {
        gate.program(Method::GET, "/api/v1/me", &token, &json!({}))
            .await
            .0
    };
    assert_eq!(me().await, 200);
    let page = gate.get("/account", &cookie).await.text;
    assert!(page.contains("laptop") && !page.contains(&token));
    let entry = it.world().position();
    let log = it.app.store().entry(entry).await?.unwrap();
    assert_eq!(log.operation, OperationName::TokenIssue);
    assert!(
        !format!("{log:?}").contains(&token),
        "the log has no secret"
    );
    // What is wrong is told at once, and whose it is not is refused.
    let wrong: &[_] = &[
        ("csrf", &*csrf),
        ("name", ""),
        ("scope", "all"),
        ("days", "0"),
    ];
    let told = gate
        .ask(Method::POST, "/account/tokens", &headers, Some(wrong))
        .await;
    assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        told.text.matches("class=\"error\"").count(),
        3,
        "{}",
        told.text
    );
    // What was sent is there still, and a name that is taken is told at the name.
    let twice: &[_] = &[
        ("csrf", &*csrf),
        ("name", "laptop"),
        ("scope", "decide"),
        ("days", "44"),
    ];
    let told = gate
        .ask(Method::POST, "/account/tokens", &headers, Some(twice))
        .await;
    assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(told.text.contains("id=\"name-error\"") && told.text.contains("value=\"44\""));
    let others: &[_] = &[
        ("csrf", &*csrf),
        ("name", "x"),
        ("scope", "read"),
        ("days", "3"),
        ("user", "ada"),
    ];
    let told = gate
        .ask(Method::POST, "/account/tokens", &headers, Some(others))
        .await;
    assert_eq!(told.status, StatusCode::FORBIDDEN);
    assert_eq!(
        gate.get("/account?user=ada", &cookie).await.status,
        StatusCode::FORBIDDEN
    );
    let (_, rest) = page.rsplit_once("/account/end/").expect("a button");
    let revoke = format!("/account/end/{}", rest.split('"').next().unwrap());
    let asked = gate.get(&revoke, &cookie).await.text;
    assert!(asked.contains("Revoke the token laptop"), "{asked}");
    assert_eq!(me().await, 200, "asking ends nothing");
    let seen = asked.split("name=\"previewed\" value=\"").nth(1).unwrap();
    let seen = seen.split('"').next().unwrap();
    let sure: &[_] = &[("csrf", &*csrf), ("confirm", "yes"), ("previewed", seen)];
    let done = gate.ask(Method::POST, &revoke, &headers, Some(sure)).await;
    assert!(done.to.starts_with("/account?done="), "{}", done.to);
    assert_eq!(me().await, 401);
    // That it is none any more is told otherwise than that none was sent.
    let client = reqwest::Client::builder().no_proxy().build()?;
    let asked = async |token: Option<&str>| {
        let asked = client.get(gate.at("/api/v1/me"));
        let asked = match token {
            Some(token) => asked.bearer_auth(token),
            None => asked,
        };
        let answer = asked.send().await.unwrap();
        let challenge = answer.headers()["www-authenticate"]
            .to_str()
            .unwrap()
            .to_owned();
        (answer.status().as_u16(), challenge)
    };
    assert_eq!(asked(None).await, (401, "Bearer".to_owned()));
    let none_any_more = "Bearer error=\"invalid_token\"".to_owned();
    assert_eq!(asked(Some(&token)).await, (401, none_any_more));
    Ok(())
}

#[tokio::test]
async fn a_token_makes_no_tokens_whatever_its_scopes() -> Result<()> {
    let it = TestApp::start().await?;
    let gate = Gate::of(&it.app, Ways::default(), None).await?;
    let token = token(&it.app, "ada", "all", &Scope::ALL).await;
    let id = it.world().credential_by_digest(token.digest()).unwrap().id;
    let bearer = format!("Bearer {}", token.reveal());
    let headers = [("authorization", &*bearer)];
    let form: &[_] = &[("name", "more"), ("scope", "read"), ("days", "3")];
    let rotate = format!("/account/tokens/{id}/rotate");
    for path in ["/account/tokens", &rotate] {
        let answer = gate.ask(Method::POST, path, &headers, Some(form)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        assert!(!answer.text.contains("pct_"));
    }
    Ok(())
}

#[tokio::test]
async fn people_choose_what_they_are_told() -> Result<()> {
    let it = TestApp::start().await?;
    let gate = Gate::of(&it.app, Ways::default(), None).await?;
    let cookie = gate.sign_in(&it.app, "sven").await;
    let csrf = gate.form_token(&cookie).await;
    let headers = [("cookie", &*cookie)];
    let sven = it.world().user_by_login("sven").unwrap().id;
    let off = || it.world().preferences(sven).map(|it| it.off.clone());
    let choose = async |told: &[&str]| {
        let mut form = vec![("csrf", &*csrf)];
        form.extend(told.iter().map(|kind| ("told", *kind)));
        let path = "/account/notifications";
        gate.ask(Method::POST, path, &headers, Some(&form))
            .await
            .status
    };
    let shown = gate.get("/account/notifications", &cookie).await.text;
    // What does not arrive is told to admins only.
    assert_eq!(shown.matches(" checked").count(), NoticeKind::ALL.len() - 1);
    assert_eq!(choose(&["asked", "decided"]).await, StatusCode::SEE_OTHER);
    let left = [NoticeKind::Changed, NoticeKind::Ending, NoticeKind::Token];
    assert_eq!(off(), Some(left.into()));
    let shown = gate.get("/account/notifications", &cookie).await.text;
    assert_eq!(shown.matches(" checked").count(), 2);
    assert_eq!(
        choose(&["asked", "weather"]).await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(off(), Some(left.into()));
    let all = NoticeKind::ALL.map(NoticeKind::as_str);
    assert_eq!(choose(&all).await, StatusCode::SEE_OTHER);
    assert_eq!(off(), None);
    Ok(())
}

#[tokio::test]
async fn what_lets_people_in_is_read_by_them_and_admins_and_linked_by_no_token() -> Result<()> {
    let it = TestApp::start().await?;
    let gate = Gate::of(&it.app, Ways::default(), None).await?;
    let zoe = it.world().user_by_login("mia").unwrap().id;
    let link = LinkIdentity {
        user: zoe,
        connector: ConnectorId::parse("okta")?,
        external_id: "00uMia".to_owned(),
    };
    let linked = it.app.commit(operator(&it.app), link, None).await?.position;
    let path = format!("/api/v1/log/{linked}");
    let read = async |login: &str| {
        let token = token(&it.app, login, "reads", &[Scope::Read]).await;
        let (status, entry) = gate
            .program(Method::GET, &path, token.reveal(), &json!({}))
            .await;
        assert_eq!(status, 200);
        entry["change"]["changes"][0].clone()
    };
    let hidden = json!({ "record": "identity", "hidden": true });
    assert_eq!(read("sven").await, hidden);
    for login in ["mia", "ada"] {
        assert_eq!(
            read(login).await["after"]["external_id"],
            "00uMia",
            "{login}"
        );
    }
    let page = format!("/activity/{linked}");
    for (login, sees) in [("sven", false), ("mia", true), ("ada", true)] {
        let cookie = gate.sign_in(&it.app, login).await;
        let shown = gate.get(&page, &cookie).await.text;
        assert_eq!(shown.contains("00uMia"), sees, "{login}");
    }
    // What an admin unlinked no token links again, by whatever way.
    let unlink = UnlinkIdentity(it.world().identities_of(zoe).next().unwrap().id);
    let unlinked = it
        .app
        .commit(operator(&it.app), unlink, None)
        .await?
        .position;
    let admin = token(&it.app, "ada", "all", &Scope::ALL).await;
    let undo = format!("/api/v1/log/{unlinked}/undo");
    let (status, refused) = gate
        .program(Method::POST, &undo, admin.reveal(), &json!({}))
        .await;
    assert_eq!(
        (status, &refused["code"]),
        (403, &json!("not_allowed")),
        "{refused}"
    );
    assert_eq!(it.world().identities_of(zoe).count(), 0);
    let ada = gate.sign_in(&it.app, "ada").await;
    let csrf = gate.form_token(&ada).await;
    let undo = format!("/activity/{unlinked}/undo");
    let form: &[_] = &[("csrf", &*csrf)];
    let done = gate
        .ask(Method::POST, &undo, &[("cookie", &*ada)], Some(form))
        .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert_eq!(it.world().identities_of(zoe).count(), 1);
    Ok(())
}
