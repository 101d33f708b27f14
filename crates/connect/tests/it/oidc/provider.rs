//! A provider and its settings.

use portcullis_connect::oidc::{ClientSecret, Fault, Provider};
use serde_json::json;

use super::{
    Rig, answer, http,
    idp::{DISCOVERY, Idp, Page},
    protocol, provider, settings,
};

#[tokio::test]
async fn a_client_proves_itself_as_the_provider_wants_it() {
    let rig = Rig::new().await;
    rig.idp.describe(|metadata| {
        metadata["token_endpoint_auth_methods_supported"] = json!(["client_secret_post"]);
    });
    rig.sign_in(|_| {}).await.unwrap();
    let posted = rig.idp.asked("/token").pop().unwrap();
    assert!(
        posted
            .body
            .contains("client_id=portcullis&client_secret=hush")
    );
    assert!(!posted.head.contains("authorization"));

    let mut public = settings(&rig.idp.issuer);
    public.client_secret = None;
    let rig = Rig {
        provider: provider(public),
        ..rig
    };
    rig.sign_in(|_| {}).await.unwrap();
    let public = rig.idp.asked("/token").pop().unwrap();
    assert!(public.body.contains("client_id=portcullis") && !public.body.contains("secret"));

    rig.idp.page(
        "/token",
        Page::Json(401, json!({ "error": "invalid_client" })),
    );
    let begun = rig.begin().await;
    let wrong =
        "the identity provider does not accept our client id and secret; tell an administrator";
    assert_eq!(
        rig.finish(&begun, &answer(&begun)).await,
        Err(protocol(wrong))
    );
}

#[tokio::test]
async fn an_issuer_is_https_or_on_loopback_and_nothing_but_an_issuer() {
    let new = |issuer: &str| Provider::new(settings(issuer), http()).map(|_| ());
    for issuer in [
        "https://id.example.com",
        "https://id.example.com/tenant/v2.0",
        "https://10.0.0.1",
        "http://localhost:8080",
        "http://127.0.0.1:8080",
        "http://[::1]:8080/realm",
    ] {
        assert_eq!(new(issuer), Ok(()), "{issuer}");
    }
    for issuer in [
        "",
        "id.example.com",
        "http://id.example.com",
        "http://127.0.0.1.evil.example.com",
        "http://localhost.evil.example.com",
        "http://10.0.0.1",
        "ftp://id.example.com",
        "https://id.example.com?x",
        "https://id.example.com#x",
        "https://ana:hush@id.example.com",
    ] {
        let refused = new(issuer).unwrap_err();
        assert!(!refused.contains("hush"), "{refused}");
    }
    let mut nobody = settings("https://id.example.com");
    nobody.client_id.clear();
    assert!(Provider::new(nobody, http()).is_err());
}

#[tokio::test]
async fn secrets_are_not_shown() {
    let rig = Rig::new().await;
    let begun = rig.begin().await;
    let secret = ClientSecret::new("hush".into());
    let shown = format!(
        "{:?} {:?} {secret:?} {begun:?} {:?}",
        settings("x"),
        rig.provider,
        answer(&begun)
    );
    for hidden in [
        "hush",
        &begun.state,
        &begun.nonce,
        &begun.verifier,
        "code-1",
    ] {
        assert!(!shown.contains(hidden), "{shown}");
    }
    // Whatever is wrong with a token, no sentence holds it.
    rig.idp.page(
        "/token",
        Page::Json(
            200,
            json!({ "access_token": "hush", "token_type": 5, "id_token": "hush" }),
        ),
    );
    let fault = rig.finish(&begun, &answer(&begun)).await.unwrap_err();
    assert!(!format!("{fault} {fault:?}").contains("hush"));
    rig.hand_out("hush.hush.hush");
    let fault = rig.finish(&begun, &answer(&begun)).await.unwrap_err();
    assert!(!format!("{fault} {fault:?}").contains("hush"));
}

#[tokio::test]
async fn settings_are_tried_without_anybody_signing_in() {
    let rig = Rig::new().await;
    let lines = rig.provider.check().await.unwrap();
    assert_eq!(
        lines,
        [
            &*format!("issuer: {}", rig.idp.issuer),
            "signing keys: 1 (P256)",
            "userinfo: yes",
            "sign-out there: yes",
            "back-channel logout: no",
            "issuer in each answer: no",
        ]
    );
    rig.idp.keys(&[]);
    assert!(matches!(
        rig.provider.check().await,
        Err(Fault::Down { .. })
    ));
    let nobody = Idp::start().await;
    nobody.page(DISCOVERY, Page::Text(404, "no"));
    let fault = provider(settings(&nobody.issuer))
        .check()
        .await
        .unwrap_err();
    let expected = format!(
        "the identity provider cannot be used: `{}` answered 404 where its description should be",
        nobody.issuer
    );
    assert_eq!(fault.to_string(), expected);
}
