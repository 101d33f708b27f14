//! Sessions that end there end here, and the other way round.

use portcullis_connect::oidc::LoggedOut;
use serde_json::{Value, json};

use super::{NOW, Rig, SECONDS, provider, settings};

fn claims(rig: &Rig) -> Value {
    json!({
        "iss": rig.idp.issuer,
        "aud": "portcullis",
        "iat": SECONDS,
        "exp": SECONDS + 120,
        "jti": "j1",
        "sub": "00u1",
        "sid": "s1",
        "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
    })
}

#[tokio::test]
async fn a_logout_token_ends_what_it_names() {
    let rig = Rig::new().await;
    let logged_out = async |change: &dyn Fn(&mut Value)| {
        let mut claims = claims(&rig);
        change(&mut claims);
        rig.provider.logout_token(&rig.key.sign(&claims), NOW).await
    };
    let both = LoggedOut {
        sub: Some("00u1".into()),
        sid: Some("s1".into()),
        jti: "j1".into(),
    };
    assert_eq!(logged_out(&|_| {}).await, Ok(both.clone()));
    let of_one = |sub: Option<&str>, sid: Option<&str>| LoggedOut {
        sub: sub.map(Into::into),
        sid: sid.map(Into::into),
        ..both.clone()
    };
    assert_eq!(
        logged_out(&|claims| claims["sub"] = Value::Null).await,
        Ok(of_one(None, Some("s1")))
    );
    assert_eq!(
        logged_out(&|claims| claims["sid"] = Value::Null).await,
        Ok(of_one(Some("00u1"), None))
    );
    // Before the standard was final they had no end.
    assert!(
        logged_out(&|claims| claims["exp"] = Value::Null)
            .await
            .is_ok()
    );

    let wrong: [(&str, Value); 14] = [
        ("events", Value::Null),
        ("events", json!({})),
        (
            "events",
            json!({ "http://schemas.openid.net/event/backchannel-logout": true }),
        ),
        ("nonce", json!("n")),
        ("jti", Value::Null),
        ("jti", json!("")),
        ("jti", json!("x".repeat(256))),
        ("iat", Value::Null),
        ("iat", json!(SECONDS - 700)),
        ("iat", json!(SECONDS + 61)),
        ("exp", json!(SECONDS - 60)),
        ("aud", json!("other")),
        ("azp", json!("other")),
        ("iss", json!("https://evil.example.com")),
    ];
    for (member, value) in wrong {
        let told = format!("{member} {value}");
        let outcome = logged_out(&|claims| claims[member] = value.clone()).await;
        assert!(outcome.is_err(), "{told}");
    }
    let nobody = |claims: &mut Value| {
        (claims["sub"], claims["sid"]) = (Value::Null, json!(""));
    };
    assert!(logged_out(&nobody).await.is_err());
}

#[tokio::test]
async fn no_other_token_ends_a_session_and_a_logout_token_begins_none() {
    let rig = Rig::new().await;
    for (typ, ends) in [
        ("logout+jwt", true),
        ("JWT", true),
        ("at+jwt", false),
        ("x", false),
    ] {
        let mut header = rig.key.header();
        header["typ"] = json!(typ);
        let token = rig.key.sign_as(&header, &claims(&rig));
        assert_eq!(
            rig.provider.logout_token(&token, NOW).await.is_ok(),
            ends,
            "{typ}"
        );
    }
    let begun = rig.begin().await;
    let id_token = rig.key.sign(&rig.claims(&begun));
    assert!(rig.provider.logout_token(&id_token, NOW).await.is_err());
    rig.hand_out(rig.key.sign(&claims(&rig)));
    assert!(rig.finish(&begun, &super::answer(&begun)).await.is_err());
    for garbage in ["", "x", "a.b.c"] {
        assert!(rig.provider.logout_token(garbage, NOW).await.is_err());
    }
}

#[tokio::test]
async fn a_browser_is_signed_out_there_too_where_there_is_a_place_for_it() {
    let rig = Rig::new().await;
    let back = "https://portcullis.example.com/sign-in?a=b&c";
    let url = rig.provider.end_session(back).await.unwrap().unwrap();
    let expected = "/end?client_id=portcullis&post_logout_redirect_uri=https%3A%2F%2Fportcullis.example.com%2Fsign-in%3Fa%3Db%26c";
    assert_eq!(url.strip_prefix(&rig.idp.issuer), Some(expected));
    rig.idp
        .describe(|metadata| metadata["end_session_endpoint"] = Value::Null);
    let provider = provider(settings(&rig.idp.issuer));
    assert_eq!(provider.end_session(back).await, Ok(None));
}
