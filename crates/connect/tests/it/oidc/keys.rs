//! Which signatures count, and which keys.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey};
use portcullis_connect::oidc::{Fault, Proved};
use serde_json::{Value, json};

use super::{
    BACK, NOW, Rig, answer,
    idp::{Key, Page, signed},
    protocol,
};

const UNKNOWN: &str = "the token is not signed by a key of the provider; try again";
const WRONG: &str = "the token's signature is wrong";
const MALFORMED: &str = "this is no signed token";
const UNACCEPTED: &str = "the token is not signed in a way that is accepted";

impl Rig {
    /// Signs in so many seconds from now, with a token that `sign` makes of what it should say.
    async fn with_token(
        &self,
        after: i64,
        sign: impl FnOnce(&Value) -> String,
    ) -> Result<Proved, Fault> {
        let now = NOW.plus_seconds(after);
        let (_, begun) = self
            .provider
            .begin(BACK, &super::Ask::default(), now)
            .await?;
        let mut claims = self.claims(&begun);
        claims["exp"] = json!(super::SECONDS + after + 300);
        self.hand_out(sign(&claims));
        self.provider
            .finish(&begun, &answer(&begun), BACK, now)
            .await
    }
}

#[tokio::test]
async fn each_algorithm_counts_with_a_key_of_its_kind_only() {
    let rig = Rig::new().await;
    let keys = [
        Key::rsa("r"),
        Key::es256("e"),
        Key::es384("f"),
        Key::ed25519("d"),
    ];
    let nameless: Vec<Value> = keys
        .iter()
        .map(|key| {
            // Without `alg` a key is for all that its kind can.
            let mut jwk = key.jwk.clone();
            jwk.as_object_mut().unwrap().remove("alg");
            jwk
        })
        .collect();
    rig.idp
        .page("/jwks", Page::Json(200, json!({ "keys": nameless })));
    for (key, name) in [
        (0, "RS256"),
        (0, "RS384"),
        (0, "RS512"),
        (0, "PS256"),
        (0, "PS384"),
        (0, "PS512"),
        (1, "ES256"),
        (2, "ES384"),
        (3, "EdDSA"),
    ] {
        let key: &Key = &keys[key];
        let header = json!({ "alg": name, "kid": key.jwk["kid"], "typ": "JWT" });
        let outcome = rig
            .with_token(0, |claims| key.sign_as(&header, claims))
            .await;
        assert!(outcome.is_ok(), "{name}: {outcome:?}");
        // The same under the name of a key of another kind.
        let other = if name == "ES256" { "r" } else { "e" };
        let header = json!({ "alg": name, "kid": other });
        let outcome = rig
            .with_token(0, |claims| key.sign_as(&header, claims))
            .await;
        assert_eq!(outcome, Err(protocol(UNKNOWN)), "{name}");
    }
}

#[tokio::test]
async fn a_key_is_used_for_what_it_is_for() {
    let rig = Rig::new().await;
    let sign = |claims: &Value| rig.key.sign(claims);
    for (member, value, counts) in [
        ("use", json!("sig"), true),
        ("use", json!("enc"), false),
        ("key_ops", json!(["verify"]), true),
        ("key_ops", json!(["encrypt"]), false),
        ("alg", json!("ES256"), true),
        ("alg", json!("ES384"), false),
        ("alg", json!("RS256"), false),
        ("alg", json!("unheard-of"), false),
        ("crv", json!("P-384"), false),
        ("crv", json!("secp256k1"), false),
        ("kty", json!("RSA"), false),
        ("kid", json!("ONE"), false),
        ("kid", json!(5), false),
    ] {
        let told = format!("{member} {value}");
        let mut jwk = rig.key.jwk.clone();
        jwk[member] = value;
        // Keys of others that nobody here can read stand beside it.
        let keys = json!({ "keys": [{ "kty": "unheard-of" }, 5, jwk], "further": 1 });
        rig.idp.page("/jwks", Page::Json(200, keys));
        let rig = Rig {
            provider: super::provider(super::settings(&rig.idp.issuer)),
            idp: rig.idp.clone(),
            key: Key::es256("unused"),
        };
        assert_eq!(rig.with_token(0, sign).await.is_ok(), counts, "{told}");
    }
    // One key of RSA is not for all that RSA can.
    let rsa = Key::rsa("r");
    rig.idp.keys(&[&rsa]);
    let header = json!({ "alg": "PS256", "kid": "r" });
    let outcome = rig
        .with_token(0, |claims| rsa.sign_as(&header, claims))
        .await;
    assert_eq!(outcome, Err(protocol(UNKNOWN)));
    assert!(rig.with_token(0, |claims| rsa.sign(claims)).await.is_ok());
}

#[tokio::test]
async fn nothing_but_the_providers_own_signature_counts() {
    let rig = Rig::new().await;
    let rsa = Key::rsa("rsa");
    rig.idp.keys(&[&rig.key, &rsa]);
    let modulus = URL_SAFE_NO_PAD
        .decode(rsa.jwk["n"].as_str().unwrap())
        .unwrap();
    // What everybody can know as the secret of an HMAC.
    let forge = |secret: &[u8], name: &str, claims: &Value| {
        let signed = signed(&json!({ "alg": name, "kid": "rsa" }), claims);
        let key = EncodingKey::from_secret(secret);
        let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), &key, Algorithm::HS256);
        format!("{signed}.{}", signature.unwrap())
    };
    let public = rsa.jwk.to_string();
    let (kid, foreign) = (json!("one"), Key::es256("one"));
    let with = |header: Value, claims: &Value| rig.key.sign_as(&header, claims);
    type Forgery<'a> = Box<dyn FnOnce(&Value) -> String + 'a>;
    let forgeries: Vec<(&str, Forgery<'_>)> = vec![
        (
            UNACCEPTED,
            Box::new(|claims| format!("{}.", signed(&json!({ "alg": "none" }), claims))),
        ),
        (
            UNACCEPTED,
            Box::new(|claims| with(json!({ "alg": "none", "kid": kid }), claims)),
        ),
        (
            UNACCEPTED,
            Box::new(|claims| with(json!({ "alg": "es256", "kid": kid }), claims)),
        ),
        (
            UNACCEPTED,
            Box::new(|claims| forge(&modulus, "HS256", claims)),
        ),
        (
            UNACCEPTED,
            Box::new(|claims| forge(public.as_bytes(), "HS512", claims)),
        ),
        (WRONG, Box::new(|claims| forge(&modulus, "RS256", claims))),
        (WRONG, Box::new(|claims| foreign.sign(claims))),
        (
            WRONG,
            Box::new(|claims| format!("{}.", signed(&rig.key.header(), claims))),
        ),
        (
            WRONG,
            Box::new(|claims| format!("{}AAAA", rig.key.sign(claims))),
        ),
        (
            UNKNOWN,
            Box::new(|claims| Key::es256("foreign").sign(claims)),
        ),
        // A key, or where to find one, in the token itself.
        (
            WRONG,
            Box::new(|claims| {
                let header = json!({ "alg": "ES256", "kid": kid, "jwk": foreign.jwk, "jku": rig.idp.issuer.clone() + "/evil", "x5u": rig.idp.issuer.clone() + "/evil" });
                foreign.sign_as(&header, claims)
            }),
        ),
        (
            "the token asks for what is not supported",
            Box::new(|claims| {
                with(
                    json!({ "alg": "ES256", "kid": kid, "crit": ["b64"], "b64": false }),
                    claims,
                )
            }),
        ),
        (
            "the token is of another kind",
            Box::new(|claims| {
                with(
                    json!({ "alg": "ES256", "kid": kid, "typ": "logout+jwt" }),
                    claims,
                )
            }),
        ),
        (
            "the token is of another kind",
            Box::new(|claims| {
                with(
                    json!({ "alg": "ES256", "kid": kid, "typ": "at+jwt" }),
                    claims,
                )
            }),
        ),
        (MALFORMED, Box::new(|_| String::new())),
        (MALFORMED, Box::new(|_| "garbage".into())),
        (MALFORMED, Box::new(|_| "a.b.c".into())),
        (
            MALFORMED,
            Box::new(|claims| format!("{}.x", rig.key.sign(claims))),
        ),
        (
            MALFORMED,
            Box::new(|claims| rig.key.sign(claims).replacen('.', "=.", 1)),
        ),
        (MALFORMED, Box::new(|_| rig.key.sign(&json!([])))),
        ("the token is too long", Box::new(|_| "x".repeat(200_000))),
    ];
    for (number, (why, forgery)) in forgeries.into_iter().enumerate() {
        let outcome = rig.with_token(0, forgery).await;
        assert_eq!(outcome, Err(protocol(why)), "{number}");
    }
    assert!(rig.idp.asked("/evil").is_empty());
    assert!(
        rig.with_token(0, |claims| rig.key.sign(claims))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn said_twice_is_not_said() {
    let rig = Rig::new().await;
    let outcome = rig
        .with_token(0, |claims| {
            let twice = claims.to_string().replacen('{', r#"{"sub":"boss","#, 1);
            let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
            let signed = format!("{}.{}", part(&rig.key.header().to_string()), part(&twice));
            format!("{signed}.AAAA")
        })
        .await;
    assert_eq!(outcome, Err(protocol(MALFORMED)));
}

#[tokio::test]
async fn keys_that_rotate_are_found_and_not_asked_for_all_the_time() {
    let rig = Rig::new().await;
    let asked = || rig.idp.asked("/jwks").len();
    assert!(
        rig.with_token(0, |claims| rig.key.sign(claims))
            .await
            .is_ok()
    );
    let next = Key::es256("two");
    rig.idp.keys(&[&next]);
    let by = |key: &Key, claims: &Value| key.sign(claims);
    // At once they have only just been asked for.
    let outcome = rig.with_token(4, |claims| by(&next, claims)).await;
    assert_eq!((outcome, asked()), (Err(protocol(UNKNOWN)), 1));
    assert!(rig.with_token(5, |claims| by(&next, claims)).await.is_ok());
    assert_eq!(asked(), 2);
    // The old one is gone.
    let outcome = rig.with_token(6, |claims| by(&rig.key, claims)).await;
    assert_eq!((outcome, asked()), (Err(protocol(UNKNOWN)), 2));
    // A stranger's tokens make nobody ask more often.
    for after in 10..30 {
        let _ = rig
            .with_token(after, |claims| by(&Key::es256("x"), claims))
            .await;
    }
    assert_eq!(asked(), 6);
    // Nor at all where anything else is wrong with them.
    let elsewhere = |claims: &Value| {
        let mut claims = claims.clone();
        claims["aud"] = json!("other");
        Key::es256("y").sign(&claims)
    };
    assert!(rig.with_token(60, elsewhere).await.is_err());
    assert_eq!(asked(), 6);
    // After an hour they are asked for anyway.
    assert!(
        rig.with_token(3000, |claims| by(&next, claims))
            .await
            .is_ok()
    );
    assert_eq!(asked(), 6);
    assert!(
        rig.with_token(3700, |claims| by(&next, claims))
            .await
            .is_ok()
    );
    assert_eq!(asked(), 7);
}

#[tokio::test]
async fn a_key_that_was_replaced_under_its_own_name_is_found() {
    let rig = Rig::new().await;
    assert!(
        rig.with_token(0, |claims| rig.key.sign(claims))
            .await
            .is_ok()
    );
    let next = Key::es256(rig.key.jwk["kid"].as_str().unwrap());
    rig.idp.keys(&[&next]);
    let signed = async |after| rig.with_token(after, |claims| next.sign(claims)).await;
    // At once they have only just been asked for.
    assert_eq!(signed(4).await, Err(protocol(WRONG)));
    assert!(signed(5).await.is_ok());
    assert_eq!(rig.idp.asked("/jwks").len(), 2);
}

#[tokio::test]
async fn many_at_once_ask_for_keys_once() {
    let rig = Rig::new().await;
    let begun = rig.begin().await;
    rig.hand_out(rig.key.sign(&rig.claims(&begun)));
    let answer = answer(&begun);
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (provider, begun, answer) = (rig.provider.clone(), begun.clone(), answer.clone());
        all.spawn(async move { provider.finish(&begun, &answer, BACK, NOW).await });
    }
    assert!(all.join_all().await.iter().all(Result::is_ok));
    assert_eq!(rig.idp.asked("/jwks").len(), 1);
}

#[tokio::test]
async fn a_token_that_names_no_key_counts_where_there_is_one_only() {
    let mut rig = Rig::new().await;
    rig.key = Key::es256("").nameless();
    rig.idp.keys(&[&rig.key]);
    let sign = |claims: &Value| rig.key.sign(claims);
    assert!(rig.with_token(0, sign).await.is_ok());
    // One of another kind stands in nobody's way.
    rig.idp
        .keys(&[&rig.key, &Key::rsa("r"), &Key::ed25519("d")]);
    assert!(rig.with_token(4000, sign).await.is_ok());
    rig.idp.keys(&[&rig.key, &Key::es256("other")]);
    assert_eq!(rig.with_token(8000, sign).await, Err(protocol(UNKNOWN)));
    // Replaced without a sign.
    let next = Key::es256("").nameless();
    rig.idp.keys(&[&next]);
    assert!(
        rig.with_token(8010, |claims| next.sign(claims))
            .await
            .is_ok()
    );
    // Two of one name are none.
    let (one, two) = (Key::es256("same"), Key::es256("same"));
    rig.idp.keys(&[&one, &two]);
    let outcome = rig.with_token(12_000, |claims| one.sign(claims)).await;
    assert_eq!(outcome, Err(protocol(UNKNOWN)));
}
