//! The way there and back.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use portcullis_connect::{
    http::Url,
    oidc::{Answer, Ask, Fault, Proved},
};
use portcullis_model::ConnectorId;
use serde_json::json;

use super::{BACK, NOW, Rig, answer, idp::Page, protocol, provider, settings};

#[tokio::test]
async fn who_signs_in_is_who_the_provider_says() {
    let rig = Rig::new().await;
    let proved = rig.sign_in(|_| {}).await.unwrap();
    let ana = Proved {
        provider: ConnectorId::parse("corp").unwrap(),
        subject: "00u1".into(),
        email: Some("ana@example.com".into()),
        name: Some("Ana".into()),
        preferred_username: Some("ana".into()),
        groups: Some(vec!["eng".into()]),
        sid: Some("s1".into()),
        acr: None,
        auth_time: None,
        issued_at: Some(NOW),
    };
    assert_eq!(proved, ana);
    // Nothing was missing, so nothing further was asked.
    assert!(rig.idp.asked("/userinfo").is_empty());
    // It was us, by secret and verifier, and for the place that was asked from.
    let asked = &rig.idp.asked("/token")[0];
    assert!(asked.head.contains("authorization: basic "));
    assert!(
        asked
            .body
            .contains("grant_type=authorization_code&code=code-1&code_verifier=")
    );
    assert!(asked.body.contains("redirect_uri=https%3A%2F%2Fportcullis"));
    // What was learned of the provider is not asked again.
    rig.sign_in(|_| {}).await.unwrap();
    assert_eq!(
        (
            rig.idp.asked(super::idp::DISCOVERY).len(),
            rig.idp.asked("/jwks").len()
        ),
        (1, 1)
    );
}

#[tokio::test]
async fn somebody_is_asked_anew_as_the_provider_can() {
    let ask = Ask {
        anew: true,
        ..Ask::default()
    };
    for (says, asked) in [
        (json!(["none", "login", "select_account"]), "login"),
        (
            json!(["none", "consent", "select_account"]),
            "select_account",
        ),
        (json!(["create"]), "login"),
        (json!("select_account"), "login"),
        (json!([1, null, {}]), "login"),
    ] {
        let rig = Rig::new().await;
        rig.idp
            .describe(|it| it["prompt_values_supported"] = says.clone());
        let (url, _) = rig.provider.begin(BACK, &ask, NOW).await.unwrap();
        assert!(url.ends_with(&format!("&prompt={asked}")), "{says}: {url}");
    }
}

#[tokio::test]
async fn the_browser_takes_along_what_was_asked_and_the_hash_of_the_verifier_only() {
    let rig = Rig::new().await;
    let ask = Ask {
        max_age: Some(300),
        acr_values: vec!["mfa".into(), "hwk".into()],
        login_hint: Some("ana@example.com".into()),
        anew: true,
    };
    let (url, begun) = rig.provider.begin(BACK, &ask, NOW).await.unwrap();
    let url = Url::parse(&url).unwrap();
    assert_eq!(url.path(), "/authorize");
    let sent: std::collections::BTreeMap<_, _> = url.query_pairs().into_owned().collect();
    let hash = digest(&SHA256, begun.verifier.as_bytes());
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "portcullis"),
        ("redirect_uri", BACK),
        ("scope", "openid email groups"),
        ("state", &begun.state),
        ("nonce", &begun.nonce),
        ("code_challenge", &URL_SAFE_NO_PAD.encode(hash)),
        ("code_challenge_method", "S256"),
        ("max_age", "300"),
        ("acr_values", "mfa hwk"),
        ("login_hint", "ana@example.com"),
        ("prompt", "login"),
    ] {
        assert_eq!(sent.get(name).map(String::as_str), Some(value), "{name}");
    }
    assert_eq!((begun.max_age, begun.at), (Some(300), NOW));
    let again = rig.begin().await;
    assert!(again.state != begun.state && again.nonce != begun.nonce);
    assert!(begun.state.len() >= 22 && begun.nonce.len() >= 22 && begun.verifier.len() >= 43);
    // It is kept in a cookie meanwhile.
    let kept = serde_json::to_string(&begun).unwrap();
    assert_eq!(serde_json::from_str::<super::Begun>(&kept).unwrap(), begun);
}

#[tokio::test]
async fn an_answer_counts_only_in_the_browser_that_began_and_in_time() {
    let rig = Rig::new().await;
    let begun = rig.begin().await;
    rig.hand_out(rig.key.sign(&rig.claims(&begun)));
    let other = "this sign-in was not begun in this browser, or another one was since; begin anew";
    for state in [
        None,
        Some(String::new()),
        Some("x".into()),
        Some(rig.begin().await.state),
    ] {
        let answer = Answer {
            state,
            ..answer(&begun)
        };
        assert_eq!(rig.finish(&begun, &answer).await, Err(protocol(other)));
    }
    let mut empty = begun.clone();
    empty.state.clear();
    let nothing = answer(&empty);
    assert_eq!(rig.finish(&empty, &nothing).await, Err(protocol(other)));

    let late = Err(protocol("this sign-in took too long; begin anew"));
    for seconds in [601, 86_400, -61] {
        let now = NOW.plus_seconds(seconds);
        let finished = rig
            .provider
            .finish(&begun, &answer(&begun), BACK, now)
            .await;
        assert_eq!(finished, late, "{seconds}");
    }
    // None of that reached the provider.
    assert!(rig.idp.asked("/token").is_empty());
    assert!(rig.finish(&begun, &answer(&begun)).await.is_ok());
}

#[tokio::test]
async fn a_code_counts_once() {
    let rig = Rig::new().await;
    let begun = rig.begin().await;
    rig.hand_out(rig.key.sign(&rig.claims(&begun)));
    rig.idp.then(
        "/token",
        Page::Json(400, json!({ "error": "invalid_grant" })),
    );
    assert!(rig.finish(&begun, &answer(&begun)).await.is_ok());
    let replayed = rig.finish(&begun, &answer(&begun)).await;
    let used = "this sign-in took too long or was finished before; begin anew";
    assert_eq!(replayed, Err(protocol(used)));
}

#[tokio::test]
async fn providers_are_not_mixed_up() {
    let (rig, evil) = (Rig::new().await, Rig::new().await);
    let begun = rig.begin().await;
    rig.hand_out(rig.key.sign(&rig.claims(&begun)));
    // Another provider's answer, sent to this one's place.
    let answered = "another identity provider has answered; begin anew";
    for iss in [
        evil.idp.issuer.clone(),
        String::new(),
        format!("{}/", rig.idp.issuer),
    ] {
        let mixed = Answer {
            iss: Some(iss),
            ..answer(&begun)
        };
        assert_eq!(rig.finish(&begun, &mixed).await, Err(protocol(answered)));
    }
    let own = Answer {
        iss: Some(rig.idp.issuer.clone()),
        ..answer(&begun)
    };
    assert!(rig.finish(&begun, &own).await.is_ok());
    // What was begun with one is not finished with another.
    let mut other = settings(&evil.idp.issuer);
    other.name = ConnectorId::parse("evil").unwrap();
    let other = provider(other);
    let begun_elsewhere = "this sign-in was begun with another identity provider; begin anew";
    let finished = other.finish(&begun, &answer(&begun), BACK, NOW).await;
    assert_eq!(finished, Err(protocol(begun_elsewhere)));
    assert!(evil.idp.asked("/token").is_empty());

    // A provider that names itself in each answer names itself in this one, even where it refuses.
    let rig = Rig::new().await;
    rig.idp.describe(|metadata| {
        metadata["authorization_response_iss_parameter_supported"] = json!(true);
    });
    let begun = rig.begin().await;
    let silent = "the answer does not say which identity provider it is of; begin anew";
    assert_eq!(
        rig.finish(&begun, &answer(&begun)).await,
        Err(protocol(silent))
    );
    let refusal = Answer {
        error: Some("access_denied".into()),
        ..answer(&begun)
    };
    assert_eq!(rig.finish(&begun, &refusal).await, Err(protocol(silent)));
    assert!(rig.idp.asked("/token").is_empty());
}

#[tokio::test]
async fn a_refusal_is_told_as_what_it_is() {
    let rig = Rig::new().await;
    let begun = rig.begin().await;
    let told = async |error: &str| {
        let refusal = Answer {
            error: Some(error.into()),
            error_description: Some("not\u{202e} today".into()),
            ..answer(&begun)
        };
        rig.finish(&begun, &refusal).await.unwrap_err()
    };
    let no = told("access_denied").await;
    assert_eq!(
        no.to_string(),
        "the identity provider says no: access_denied (not today)"
    );
    assert!(matches!(no, Fault::Refused { .. }));
    assert!(matches!(
        told("login_required").await,
        Fault::Refused { .. }
    ));
    assert!(matches!(
        told("temporarily_unavailable").await,
        Fault::Down { .. }
    ));
    assert!(matches!(
        told("invalid_scope").await,
        Fault::Protocol { .. }
    ));
    let long = told(&"x".repeat(10_000)).await.to_string();
    assert!(long.len() < 700, "{}", long.len());
    assert!(rig.idp.asked("/token").is_empty());
    let nothing = Answer {
        code: None,
        ..answer(&begun)
    };
    let sentence = "the identity provider has sent no code; begin anew";
    assert_eq!(rig.finish(&begun, &nothing).await, Err(protocol(sentence)));
}
