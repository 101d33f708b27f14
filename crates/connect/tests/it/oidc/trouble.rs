//! A provider that is down, slow, broken or not who it should be.

use std::time::Duration;

use portcullis_connect::oidc::{Ask, Fault};
use serde_json::{Value, json};

use super::{
    BACK, NOW, Rig, answer,
    idp::{DISCOVERY, Idp, Page},
    provider, settings,
};

fn is_down<T: std::fmt::Debug>(outcome: &Result<T, Fault>, told: &str) {
    assert!(
        matches!(outcome, Err(Fault::Down { .. })),
        "{told}: {outcome:?}"
    );
}

#[tokio::test]
async fn a_description_that_is_not_the_issuers_own_is_not_believed() {
    let idp = Idp::start().await;
    let begin = async || {
        provider(settings(&idp.issuer))
            .begin(BACK, &Ask::default(), NOW)
            .await
    };
    let http_elsewhere = json!("http://169.254.169.254/latest");
    for (member, value) in [
        ("issuer", json!(format!("{}/", idp.issuer))),
        ("issuer", json!("http://LOCALHOST")),
        ("issuer", json!("https://evil.example.com")),
        ("issuer", Value::Null),
        ("authorization_endpoint", json!("javascript:alert(1)")),
        ("authorization_endpoint", json!("http://id.example.com/")),
        ("authorization_endpoint", json!("/authorize")),
        ("token_endpoint", http_elsewhere.clone()),
        ("token_endpoint", json!("http://localhost/token")),
        ("token_endpoint", Value::Null),
        ("jwks_uri", http_elsewhere.clone()),
        ("jwks_uri", json!("file:///etc/passwd")),
        ("userinfo_endpoint", http_elsewhere.clone()),
        ("end_session_endpoint", http_elsewhere),
        (
            "authorization_response_iss_parameter_supported",
            json!("yes"),
        ),
    ] {
        let told = format!("{member} {value}");
        idp.describe(|metadata| metadata[member] = value);
        is_down(&begin().await, &told);
    }
    idp.describe(|_| {});
    assert!(begin().await.is_ok());
    // An issuer in other letters, or with a slash more, is another issuer.
    for issuer in [
        format!("{}/", idp.issuer),
        idp.issuer.replace("http", "HTTP"),
    ] {
        let begun = provider(settings(&issuer))
            .begin(BACK, &Ask::default(), NOW)
            .await;
        is_down(&begun, &issuer);
    }
}

#[tokio::test]
async fn a_provider_that_is_down_or_answers_garbage_is_told_so() {
    let elsewhere = Idp::start().await;
    let pages = || {
        [
            Page::Text(200, "garbage"),
            Page::Text(200, ""),
            Page::Json(200, json!([])),
            Page::Json(200, json!({})),
            Page::Json(500, json!({ "error": "server_error" })),
            Page::Json(503, json!({})),
            Page::Text(404, "<html>"),
            Page::Redirects(format!("{}{DISCOVERY}", elsewhere.issuer)),
            Page::Floods,
        ]
    };
    for (number, page) in pages().into_iter().enumerate() {
        let rig = Rig::new().await;
        rig.idp.page(DISCOVERY, page.clone());
        is_down(
            &rig.provider.begin(BACK, &Ask::default(), NOW).await,
            &format!("{number}"),
        );
        // That is not remembered.
        rig.idp.describe(|_| {});
        let begun = rig.begin().await;

        rig.hand_out(rig.key.sign(&rig.claims(&begun)));
        rig.idp.page("/jwks", page.clone());
        let finished = rig.finish(&begun, &answer(&begun)).await;
        // A document without keys is one where no key is the right one.
        is_down(&finished, &format!("keys {number}"));
        rig.idp.keys(&[&rig.key]);
        assert!(rig.finish(&begun, &answer(&begun)).await.is_ok());

        rig.idp.page("/token", page);
        is_down(
            &rig.finish(&begun, &answer(&begun)).await,
            &format!("token {number}"),
        );
    }
    assert!(elsewhere.asked(DISCOVERY).is_empty());

    let nobody = provider(settings("http://127.0.0.1:1"));
    is_down(&nobody.begin(BACK, &Ask::default(), NOW).await, "nobody");
    is_down(
        &nobody.end_session("https://x.example.com/").await,
        "nobody",
    );
    is_down(&nobody.check().await, "nobody");
}

#[tokio::test]
async fn tokens_without_an_id_token_prove_nobody() {
    let rig = Rig::new().await;
    let begun = rig.begin().await;
    rig.hand_out(Value::Null);
    is_down(&rig.finish(&begun, &answer(&begun)).await, "null");
}

#[tokio::test]
async fn nobody_waits_longer_than_they_have_patience() {
    let rig = Rig::new().await;
    let begun = rig.begin().await;
    rig.hand_out(rig.key.sign(&rig.claims(&begun)));
    for path in [DISCOVERY, "/jwks", "/token"] {
        let patience = Duration::from_millis(200);
        let provider = provider(settings(&rig.idp.issuer)).patience(patience);
        let finish = async || provider.finish(&begun, &answer(&begun), BACK, NOW).await;
        rig.idp.page(path, Page::Hangs);
        assert_eq!(finish().await, Err(Fault::Slow), "{path}");
        if path == DISCOVERY {
            let begun = provider.begin(BACK, &Ask::default(), NOW).await;
            assert_eq!(begun.err(), Some(Fault::Slow));
            assert_eq!(provider.check().await, Err(Fault::Slow));
            let back = "https://portcullis.example.com/";
            assert_eq!(provider.end_session(back).await, Err(Fault::Slow));
        }
        // Whoever gives up leaves the place to the next.
        rig.idp.describe(|_| {});
        rig.idp.keys(&[&rig.key]);
        rig.hand_out(rig.key.sign(&rig.claims(&begun)));
        assert!(finish().await.is_ok(), "{path}");
    }
}
