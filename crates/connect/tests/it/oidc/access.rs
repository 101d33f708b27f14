//! Access tokens of the provider as bearers.

use portcullis_connect::oidc::Fault;
use serde_json::{Value, json};

use super::{NOW, Rig, SECONDS, protocol, provider, settings};

fn claims(rig: &Rig) -> Value {
    json!({
        "iss": rig.idp.issuer,
        "sub": "00u1",
        "aud": "https://api.example.com",
        "exp": SECONDS + 300,
        "azp": "portcullis",
        "email": "ana@example.com",
        "email_verified": true,
    })
}

#[tokio::test]
async fn an_access_token_opens_where_it_is_for_us_and_proves_an_address() {
    let rig = Rig::new().await;
    for typ in [
        None,
        Some("JWT"),
        Some("at+jwt"),
        Some("application/at+jwt"),
    ] {
        let mut header = rig.key.header();
        header["typ"] = json!(typ);
        let token = rig.key.sign_as(&header, &claims(&rig));
        assert!(rig.provider.is_named_by(&token));
        let proved = rig.provider.access_token(&token, NOW).await.unwrap();
        assert_eq!(proved.subject, "00u1");
        assert_eq!(proved.email.as_deref(), Some("ana@example.com"));
    }
    let (audience, party) = (
        "the token is for somebody else",
        "the token was issued to somebody else",
    );
    for (member, value, why) in [
        ("aud", json!("portcullis"), audience),
        ("aud", json!("https://other.example.com"), audience),
        ("aud", Value::Null, "this is no signed token"),
        ("azp", json!("other"), party),
        (
            "iss",
            json!("https://evil.example.com"),
            "the token is of another issuer",
        ),
        (
            "exp",
            json!(SECONDS - 60),
            "the token has expired; try again",
        ),
        ("exp", Value::Null, "the token has no end"),
        ("events", json!({}), "the token is of another kind"),
    ] {
        let told = format!("{member} {value}");
        let mut claims = claims(&rig);
        claims[member] = value;
        let outcome = rig.provider.access_token(&rig.key.sign(&claims), NOW).await;
        assert_eq!(outcome, Err(protocol(why)), "{told}");
    }
    let mut header = rig.key.header();
    header["typ"] = json!("logout+jwt");
    let token = rig.key.sign_as(&header, &claims(&rig));
    assert!(rig.provider.access_token(&token, NOW).await.is_err());
    for verified in [json!("true"), json!(false), Value::Null] {
        let mut claims = claims(&rig);
        claims["email_verified"] = verified;
        let outcome = rig.provider.access_token(&rig.key.sign(&claims), NOW).await;
        assert!(matches!(outcome, Err(Fault::Refused { .. })), "{outcome:?}");
    }
}

#[tokio::test]
async fn without_an_audience_no_access_token_counts_and_nobody_is_asked() {
    let rig = Rig::new().await;
    let mut none = settings(&rig.idp.issuer);
    none.audiences.clear();
    let provider = provider(none);
    let token = rig.key.sign(&claims(&rig));
    let outcome = provider.access_token(&token, NOW).await;
    assert_eq!(outcome, Err(protocol("the token is for somebody else")));
    assert!(rig.idp.asked(super::idp::DISCOVERY).is_empty());
    assert!(!provider.is_named_by("garbage") && !provider.is_named_by(""));
}
