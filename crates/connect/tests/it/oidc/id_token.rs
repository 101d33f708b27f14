//! What an ID token must say, and what it proves.

use portcullis_connect::oidc::{Ask, Fault};
use portcullis_model::Timestamp;
use serde_json::{Value, json};

use super::{BACK, NOW, Rig, SECONDS, answer, idp::Page, protocol, provider, settings};

#[tokio::test]
async fn an_id_token_is_for_this_sign_in_this_client_and_this_moment() {
    let rig = Rig::new().await;
    let (issuer, audience) = (
        "the token is of another issuer",
        "the token is for somebody else",
    );
    let party = "the token was issued to somebody else";
    let (nonce, kind) = (
        "the token was issued for another sign-in; begin anew",
        "the token is of another kind",
    );
    let early = "the token is not valid yet; check the clocks of this server and of the provider";
    let (expired, who) = (
        "the token has expired; try again",
        "the token does not say whom it is about",
    );
    let malformed = "this is no signed token";
    let own = rig.idp.issuer.clone();
    for (member, value, why) in [
        ("nonce", json!("other"), nonce),
        ("nonce", json!(""), nonce),
        ("nonce", Value::Null, nonce),
        ("nonce", json!(["x"]), malformed),
        ("iss", json!("https://evil.example.com"), issuer),
        ("iss", json!(format!("{own}/")), issuer),
        ("iss", json!(own.to_uppercase()), issuer),
        ("iss", Value::Null, malformed),
        ("aud", json!("other"), audience),
        ("aud", json!("Portcullis"), audience),
        ("aud", json!(["other"]), audience),
        ("aud", json!([]), audience),
        ("aud", json!(["portcullis", "other"]), party),
        ("azp", json!("other"), party),
        ("exp", json!(SECONDS - 60), expired),
        ("exp", json!(0), expired),
        ("exp", json!(-5), expired),
        ("exp", Value::Null, "the token has no end"),
        ("exp", json!("soon"), malformed),
        ("nbf", json!(SECONDS + 61), early),
        ("iat", json!(SECONDS + 61), early),
        ("iat", json!(9e300), early),
        (
            "iat",
            Value::Null,
            "the token does not say when it was issued",
        ),
        ("events", json!({}), kind),
        ("sub", Value::Null, who),
        ("sub", json!(""), who),
        ("sub", json!("a\nb"), who),
        ("sub", json!("x".repeat(256)), who),
    ] {
        let told = format!("{member} {value}");
        let outcome = rig.sign_in(|claims| claims[member] = value).await;
        assert_eq!(outcome, Err(protocol(why)), "{told}");
    }
    for (member, value) in [
        ("aud", json!(["portcullis"])),
        ("azp", json!("portcullis")),
        ("exp", json!(SECONDS - 59)),
        ("exp", json!(SECONDS as f64 - 0.5)),
        ("exp", json!(u64::MAX)),
        ("nbf", json!(SECONDS + 60)),
        ("iat", json!(SECONDS + 60)),
        ("sub", json!("x".repeat(255))),
        ("groups", json!("eng")),
        // What is of no use in that form is as if it were not said.
        ("groups", json!([1])),
        ("groups", json!([{ "id": 1 }])),
        ("preferred_username", json!(5)),
        ("name", json!({})),
        ("acr", json!(["a"])),
        ("sid", json!(123)),
        ("jti", json!(5)),
        ("auth_time", json!("yesterday")),
        ("unknown", json!({ "to": "us" })),
    ] {
        let told = format!("{member} {value}");
        let outcome = rig.sign_in(|claims| claims[member] = value).await;
        assert!(outcome.is_ok(), "{told}: {outcome:?}");
    }
    let several = |claims: &mut Value| {
        (claims["aud"], claims["azp"]) = (json!(["other", "portcullis"]), json!("portcullis"));
    };
    assert!(rig.sign_in(several).await.is_ok());
}

#[tokio::test]
async fn an_address_is_verified_only_where_the_provider_says_so_by_the_boolean() {
    let rig = Rig::new().await;
    for (verified, counts) in [
        (json!(true), true),
        (json!(false), false),
        (json!("true"), false),
        (json!(1), false),
        (Value::Null, false),
    ] {
        let proved = rig
            .sign_in(|claims| claims["email_verified"] = verified)
            .await;
        assert_eq!(proved.unwrap().email.is_some(), counts);
    }
    let proved = rig.sign_in(|claims| claims["email"] = json!("")).await;
    assert_eq!(proved.unwrap().email, None);
}

#[tokio::test]
async fn what_the_id_token_leaves_out_is_asked_for_and_believed_of_the_same_person_only() {
    let rig = Rig::new().await;
    let bare = |claims: &mut Value| {
        for member in ["email", "email_verified", "groups", "name"] {
            claims.as_object_mut().unwrap().remove(member);
        }
    };
    let told = json!({
        "sub": "00u1", "email": "ana@example.com", "email_verified": true, "groups": ["ops"], "name": "Ana B",
    });
    rig.idp.page("/userinfo", Page::Json(200, told));
    let proved = rig.sign_in(bare).await.unwrap();
    let email = proved.email.as_deref();
    assert_eq!(
        (
            email,
            proved.groups.unwrap_or_default(),
            proved.name.as_deref()
        ),
        (
            Some("ana@example.com"),
            vec!["ops".to_owned()],
            Some("Ana B")
        )
    );
    assert!(
        rig.idp.asked("/userinfo")[0]
            .head
            .contains("authorization: bearer opaque")
    );

    // That some address is verified says nothing of another.
    let unverified = |claims: &mut Value| {
        bare(claims);
        claims["email"] = json!("boss@example.com");
    };
    assert_eq!(rig.sign_in(unverified).await.unwrap().email, None);

    rig.idp
        .page("/userinfo", Page::Json(200, json!({ "sub": "00u2" })));
    let somebody = "the identity provider told of somebody else than who has signed in";
    assert_eq!(rig.sign_in(bare).await, Err(protocol(somebody)));
    for page in [
        Page::Text(200, "garbage"),
        Page::Json(401, json!({})),
        Page::Json(200, json!({})),
    ] {
        rig.idp.page("/userinfo", page);
        assert!(matches!(rig.sign_in(bare).await, Err(Fault::Down { .. })));
        // Who says all that is needed is not kept out for what more there might be.
        let without_groups = |claims: &mut Value| claims["groups"] = Value::Null;
        let proved = rig.sign_in(without_groups).await.unwrap();
        assert!(proved.email.is_some() && proved.groups.is_none());
    }
    // A provider without the place has nothing further to say.
    rig.idp
        .describe(|metadata| metadata["userinfo_endpoint"] = Value::Null);
    let rig = Rig {
        provider: provider(settings(&rig.idp.issuer)),
        ..rig
    };
    assert_eq!(rig.sign_in(bare).await.unwrap().email, None);
}

#[tokio::test]
async fn a_sign_in_that_must_be_fresh_is() {
    let rig = Rig::new().await;
    let ask = |max_age| Ask {
        max_age: Some(max_age),
        ..Ask::default()
    };
    for (age, time, is_fresh) in [
        (300, json!(SECONDS), true),
        (300, json!(SECONDS - 360), true),
        (300, json!(SECONDS - 361), false),
        (0, json!(SECONDS - 60), true),
        (0, json!(SECONDS - 61), false),
        (300, Value::Null, false),
        (u64::MAX, json!(0), true),
    ] {
        let told = format!("{age} {time}");
        let outcome = rig
            .sign_in_asking(&ask(age), |claims| claims["auth_time"] = time)
            .await;
        match outcome {
            Ok(_) => assert!(is_fresh, "{told}"),
            Err(Fault::Refused { .. }) => assert!(!is_fresh, "{told}"),
            Err(other) => panic!("{told}: {other}"),
        }
    }
    // Whoever signed in for this and then took their time is fresh.
    let begun = rig.begin_asking(&ask(0)).await;
    let mut claims = rig.claims(&begun);
    claims["auth_time"] = json!(SECONDS + 5);
    rig.hand_out(rig.key.sign(&claims));
    let later = NOW.plus_seconds(290);
    let proved = rig
        .provider
        .finish(&begun, &answer(&begun), BACK, later)
        .await
        .unwrap();
    assert_eq!(
        proved.auth_time,
        Some(Timestamp::from_micros((SECONDS + 5) * 1_000_000))
    );
}

#[tokio::test]
async fn a_sign_in_that_must_be_strong_is() {
    let rig = Rig::new().await;
    let ask = Ask {
        acr_values: vec!["mfa".into(), "hwk".into()],
        ..Ask::default()
    };
    for (acr, is_strong) in [("hwk", true), ("pwd", false), ("MFA", false)] {
        let outcome = rig
            .sign_in_asking(&ask, |claims| claims["acr"] = json!(acr))
            .await;
        assert_eq!(outcome.is_ok(), is_strong, "{acr}");
    }
    assert!(matches!(
        rig.sign_in_asking(&ask, |_| {}).await,
        Err(Fault::Refused { .. })
    ));
    // What the settings say holds where nothing else is asked for.
    let mut strict = settings(&rig.idp.issuer);
    strict.acr_values = vec!["mfa".into()];
    let rig = Rig {
        provider: provider(strict),
        ..rig
    };
    assert!(rig.sign_in(|_| {}).await.is_err());
    assert!(
        rig.sign_in(|claims| claims["acr"] = json!("mfa"))
            .await
            .is_ok()
    );
}
