//! Sessions and links: who gets in, as whom, for how long, and how it ends.

use std::{net::IpAddr, sync::Arc};

use anyhow::Result;
use jiff::SignedDuration;
use portcullis_app::{App, secret::Secret, user::DeleteUser};
use portcullis_model::{Actor, Scope};
use portcullis_store::{Live, Store};
use portcullis_testkit::TestApp;
use portcullis_web::{TrustedProxy, Ways};
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::gate::{Gate, link, reached, token};

#[tokio::test]
async fn a_link_signs_in_once_and_looking_at_it_does_not_use_it_up() -> Result<()> {
    let it = TestApp::start().await?;
    let gate = Gate::of(&it.app, Ways::default(), None).await?;
    let link = link(&it.app, "ada").await;
    for _ in 0..2 {
        let shown = gate.get(&link, "").await;
        assert!(shown.text.contains("Sign in as Ada"), "{}", shown.text);
        assert!(shown.cookies.is_empty());
    }
    let first = gate.ask(Method::POST, &link, &[], None).await;
    assert_eq!((first.status, &*first.to), (StatusCode::SEE_OTHER, "/"));
    let cookie = &first.cookies[0];
    for part in ["portcullis-session=", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let again = gate.ask(Method::POST, &link, &[], None).await;
    assert_eq!(again.status, StatusCode::BAD_REQUEST);
    assert!(
        again
            .cookies
            .iter()
            .all(|cookie| !cookie.contains("portcullis-session="))
    );
    assert!(
        gate.get(&link, "")
            .await
            .text
            .contains("not valid any more")
    );
    let guessed = gate.ask(Method::POST, "/sign-in/link/abc", &[], None).await;
    assert_eq!(guessed.status, StatusCode::BAD_REQUEST);
    Ok(())
}

#[tokio::test]
async fn a_link_ends_after_a_quarter_of_an_hour_and_with_the_next_one() -> Result<()> {
    let it = TestApp::start().await?;
    let gate = Gate::of(&it.app, Ways::default(), None).await?;
    let late = link(&it.app, "ada").await;
    it.clock.advance(SignedDuration::from_mins(15));
    let answer = gate.ask(Method::POST, &late, &[], None).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let (one, _two) = (link(&it.app, "ada").await, link(&it.app, "ada").await);
    let answer = gate.ask(Method::POST, &one, &[], None).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    Ok(())
}

#[tokio::test]
async fn whom_nobody_knows_is_sent_to_sign_in_and_a_program_is_told() -> Result<()> {
    let it = TestApp::start().await?;
    let gate = Gate::of(&it.app, Ways::default(), None).await?;
    let page = gate.get("/groups?q=pay", "").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert_eq!(page.to, "/sign-in?next=%2Fgroups%3Fq%3Dpay");
    assert_eq!(
        gate.get("/api/v1/groups", "").await.status,
        StatusCode::UNAUTHORIZED
    );
    let forged = format!("portcullis-session={}", "0".repeat(64));
    assert!(!gate.lets_in(&forged).await);
    for next in [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "evil",
    ] {
        let cookie = gate.sign_in(&it.app, "ada").await;
        let path = format!("/sign-in?next={}", next.replace('\\', "%5C"));
        assert_eq!(gate.get(&path, &cookie).await.to, "/", "{next}");
    }
    Ok(())
}

#[tokio::test]
async fn a_session_ends_when_it_is_idle_and_in_the_end_in_any_case() -> Result<()> {
    let it = TestApp::start().await?;
    let gate = Gate::of(&it.app, Ways::default(), None).await?;
    let cookie = gate.sign_in(&it.app, "ada").await;
    let hours = |hours| it.clock.advance(SignedDuration::from_hours(hours));
    // Half a day without a request is too long, and less is not.
    for _ in 0..3 {
        hours(11);
        assert!(gate.lets_in(&cookie).await);
    }
    hours(13);
    assert!(!gate.lets_in(&cookie).await);
    // A week is the end, however busy.
    let cookie = gate.sign_in(&it.app, "ada").await;
    for _ in 0..15 {
        hours(11);
        assert!(gate.lets_in(&cookie).await);
    }
    hours(3);
    assert!(!gate.lets_in(&cookie).await);
    Ok(())
}

#[tokio::test]
async fn signing_in_makes_a_new_session_and_ends_the_one_before() -> Result<()> {
    let it = TestApp::start().await?;
    let gate = Gate::of(&it.app, Ways::default(), None).await?;
    let planted = gate.sign_in(&it.app, "sven").await;
    let link = link(&it.app, "ada").await;
    let answer = gate
        .ask(Method::POST, &link, &[("cookie", &planted)], None)
        .await;
    let cookie = answer.cookies[0].split(';').next().unwrap();
    assert_ne!(cookie, planted);
    assert!(!gate.lets_in(&planted).await, "fixation");
    assert!(gate.get("/account", cookie).await.text.contains("Ada"));
    Ok(())
}

#[tokio::test]
async fn signing_out_ends_the_session_everywhere_and_nothing_brings_it_back() -> Result<()> {
    let it = TestApp::start().await?;
    let gate = Gate::of(&it.app, Ways::default(), None).await?;
    let (one, two) = (
        gate.sign_in(&it.app, "ada").await,
        gate.sign_in(&it.app, "ada").await,
    );
    let other = gate.sign_in(&it.app, "sven").await;
    // A form of another session, and one sent from elsewhere, end nothing.
    let csrf = gate.form_token(&one).await;
    let foreign = gate.form_token(&two).await;
    let send = async |cookie: &str, csrf: &str, more: &[(&str, &str)]| {
        let mut headers = vec![("cookie", cookie)];
        headers.extend(more);
        gate.ask(Method::POST, "/sign-out", &headers, Some(&[("csrf", csrf)]))
            .await
    };
    assert_eq!(
        send(&one, &foreign, &[]).await.status,
        StatusCode::FORBIDDEN
    );
    for from in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ] {
        assert_eq!(
            send(&one, &csrf, &[from]).await.status,
            StatusCode::FORBIDDEN,
            "{from:?}"
        );
    }
    assert!(gate.lets_in(&one).await);
    let out = send(&one, &csrf, &[("sec-fetch-site", "same-origin")]).await;
    assert!(out.to.starts_with("/signed-out"), "{}", out.to);
    assert!(!gate.lets_in(&one).await && gate.lets_in(&two).await);
    // Whoever is signed out already is where they want to be.
    let again = send(&one, &csrf, &[("sec-fetch-site", "same-origin")]).await;
    assert_eq!(again.to, "/signed-out");
    let last = it.world().position();
    let undo = format!("/api/v1/log/{last}/undo");
    let admin = token(&it.app, "ada", "admin", &Scope::ALL).await;
    let (status, body) = gate
        .program(Method::POST, &undo, admin.reveal(), &json!({}))
        .await;
    assert_eq!(
        (status, &body["code"]),
        (409, &"cannot_undo".into()),
        "{body}"
    );
    assert!(!gate.lets_in(&one).await);
    // Everywhere else, of one's own.
    let three = gate.sign_in(&it.app, "ada").await;
    let csrf = gate.form_token(&three).await;
    let form: &[_] = &[("csrf", &*csrf), ("user", "")];
    let headers = [("cookie", &*three)];
    let path = "/account/sign-out-everywhere";
    gate.ask(Method::POST, path, &headers, Some(form)).await;
    assert!(!gate.lets_in(&two).await && gate.lets_in(&three).await);
    assert!(gate.lets_in(&other).await, "another's");
    // Of another's: an admin may, others may not.
    let csrf_of_sven = gate.form_token(&other).await;
    let form: &[_] = &[("csrf", &*csrf_of_sven), ("user", "ada")];
    let tried = gate
        .ask(Method::POST, path, &[("cookie", &other)], Some(form))
        .await;
    assert_eq!(tried.status, StatusCode::FORBIDDEN);
    assert!(gate.lets_in(&three).await);
    let form: &[_] = &[("csrf", &*csrf), ("user", "sven")];
    gate.ask(Method::POST, path, &headers, Some(form)).await;
    assert!(!gate.lets_in(&other).await);
    Ok(())
}

#[tokio::test]
async fn who_is_deleted_is_out_at_once_and_undoing_that_brings_back_no_session() -> Result<()> {
    let it = TestApp::start().await?;
    let gate = Gate::of(&it.app, Ways::default(), None).await?;
    let cookie = gate.sign_in(&it.app, "sven").await;
    let of_sven = token(&it.app, "sven", "laptop", &[Scope::Read]).await;
    let user = it.world().user_by_login("sven").unwrap().id;
    let ada = it.world().user_by_login("ada").unwrap().id;
    let gone = it.app.context(Actor::User(ada));
    let gone = it
        .app
        .commit(gone, DeleteUser { user }, None)
        .await
        .unwrap();
    assert!(!gate.lets_in(&cookie).await);
    let me = async || {
        gate.program(Method::GET, "/api/v1/me", of_sven.reveal(), &json!({}))
            .await
            .0
    };
    assert_eq!(me().await, 401);
    let undo = format!("/api/v1/log/{}/undo", gone.position);
    let admin = token(&it.app, "ada", "admin", &Scope::ALL).await;
    let (status, body) = gate
        .program(Method::POST, &undo, admin.reveal(), &json!({}))
        .await;
    assert_eq!(status, 200, "{body}");
    assert!(it.world().user_by_login("sven").is_some());
    assert!(!gate.lets_in(&cookie).await);
    assert_eq!(me().await, 401);
    Ok(())
}

#[tokio::test]
async fn over_https_the_cookie_goes_to_this_host_only() -> Result<()> {
    let it = TestApp::start().await?;
    let gate = Gate::of(&it.app, Ways::default(), Some("https://access.example")).await?;
    let link = link(&it.app, "ada").await;
    let host = [("host", "access.example")];
    let answer = gate.ask(Method::POST, &link, &host, None).await;
    let cookie = &answer.cookies[0];
    assert!(cookie.starts_with("__Host-portcullis-session="), "{cookie}");
    assert!(cookie.contains("; Secure"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap();
    let with = |host| [("host", host), ("cookie", cookie)];
    let page = gate
        .ask(Method::GET, "/groups", &with("access.example"), None)
        .await;
    assert_eq!(page.status, StatusCode::OK);
    // Under another name there is no session, and no way to get one.
    let page = gate
        .ask(Method::GET, "/groups", &with("evil.example"), None)
        .await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    let tried = gate
        .ask(Method::POST, &link, &[("host", "evil.example")], None)
        .await;
    assert_eq!(tried.status, StatusCode::BAD_REQUEST);
    Ok(())
}

#[tokio::test]
async fn a_proxy_is_believed_by_its_address_and_its_secret() -> Result<()> {
    let it = TestApp::start().await?;
    let secret = Secret::new("");
    let proxy = |from: &str| TrustedProxy {
        from: vec![from.parse::<IpAddr>().unwrap()],
        header: "x-forwarded-user".into(),
        secret: secret.digest(),
    };
    let ways = |from| Ways {
        proxy: Some(proxy(from)),
        ..Ways::default()
    };
    let near = Gate::of(&it.app, ways("127.0.0.1"), None).await?;
    let far = Gate::of(&it.app, ways("192.0.2.1"), None).await?;
    let right = ("x-portcullis-proxy-secret", secret.reveal());
    let ask = async |gate: &Gate, headers: &[(&str, &str)]| {
        gate.ask(Method::GET, "/account", headers, None)
            .await
            .status
    };
    let user = ("x-forwarded-user", "sven");
    assert_eq!(ask(&near, &[user, right]).await, StatusCode::OK);
    let refused: &[&[(&str, &str)]] = &[
        &[user],
        &[user, ("x-portcullis-proxy-secret", "wrong")],
        &[user, ("x-forwarded-user", "ada"), right],
        &[("x-forwarded-user", "sven@example.com"), right],
        &[("x-forwarded-user", "nobody"), right],
    ];
    for headers in refused {
        assert_ne!(ask(&near, headers).await, StatusCode::OK, "{headers:?}");
    }
    assert_ne!(ask(&far, &[user, right]).await, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn what_one_server_begins_and_ends_holds_on_the_other() -> Result<()> {
    for database in portcullis_testkit::databases().await? {
        let it = TestApp::on(database).await?;
        let one = Gate::of(&it.app, Ways::default(), None).await?;
        let live = Live::start(Store::open(&it.database.url).await?).await?;
        let other = App::new(
            live,
            Arc::new(it.clock.clone()),
            Arc::new(portcullis_app::RandomIds),
            portcullis_model::Policy::default(),
        );
        let two = Gate::of(&other, Ways::default(), None).await?;
        let cookie = one.sign_in(&it.app, "ada").await;
        reached(&other, it.world().position()).await;
        assert!(two.lets_in(&cookie).await);
        let csrf = two.form_token(&cookie).await;
        let headers = [("cookie", &*cookie)];
        two.ask(
            Method::POST,
            "/sign-out",
            &headers,
            Some(&[("csrf", &*csrf)]),
        )
        .await;
        reached(&it.app, other.world().position()).await;
        assert!(!one.lets_in(&cookie).await);
    }
    Ok(())
}

#[tokio::test]
async fn a_form_of_another_site_signs_nobody_in() -> Result<()> {
    let it = TestApp::start().await?;
    let gate = Gate::of(&it.app, Ways::default(), None).await?;
    let link = link(&it.app, "ada").await;
    for from in [
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://evil.example"),
    ] {
        let answer = gate.ask(Method::POST, &link, &[from], None).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{from:?}");
        assert!(answer.cookies.is_empty(), "{from:?}");
    }
    let own = [("sec-fetch-site", "same-origin")];
    let answer = gate.ask(Method::POST, &link, &own, None).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    Ok(())
}

#[tokio::test]
async fn what_stands_for_a_secret_is_shown_to_nobody() -> Result<()> {
    let it = TestApp::start().await?;
    let gate = Gate::of(&it.app, Ways::default(), None).await?;
    let cookie = gate.sign_in(&it.app, "ada").await;
    let digest = it.world().credentials().next().unwrap().digest.to_string();
    let entry = it.world().position();
    let shown = gate.get(&format!("/activity/{entry}"), &cookie).await.text;
    assert!(
        shown.contains("session") && !shown.contains(&digest),
        "{shown}"
    );
    let shown = gate
        .get(&format!("/api/v1/log/{entry}"), &cookie)
        .await
        .text;
    assert!(
        shown.contains("\"credential\"") && !shown.contains(&digest),
        "{shown}"
    );
    Ok(())
}

#[tokio::test]
async fn opening_links_uses_up_nobody_s_logout() -> Result<()> {
    let it = TestApp::start().await?;
    let gate = Gate::of(&it.app, Ways::default(), None).await?;
    let mut last = StatusCode::OK;
    for _ in 0..70 {
        last = gate.get("/sign-in/link/abc", "").await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    let form: &[_] = &[("logout_token", "x")];
    let path = "/sign-in/oidc/corp/back-channel";
    let told = gate.ask(Method::POST, path, &[], Some(form)).await;
    assert_eq!(told.status, StatusCode::NOT_FOUND, "no such provider");
    Ok(())
}
