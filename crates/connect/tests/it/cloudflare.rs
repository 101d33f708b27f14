//! Cloudflare Access: who comes through it, and nobody else.

use portcullis_connect::cloudflare::{Access, Settings, Visitor};
use portcullis_model::ConnectorId;
use serde_json::{Value, json};

use crate::oidc::{
    NOW, SECONDS, http,
    idp::{Idp, Key, Page},
};

const CERTS: &str = "/cdn-cgi/access/certs";

fn settings(idp: &Idp) -> Settings {
    Settings {
        name: ConnectorId::parse("access").unwrap(),
        team: "acme".into(),
        audiences: vec!["4714c1".into()],
        certs: Some(format!("{}{CERTS}", idp.issuer)),
    }
}

fn person() -> Value {
    json!({
        "type": "app",
        "iss": "https://acme.cloudflareaccess.com",
        "aud": ["4714c1"],
        "sub": "7335d417",
        "email": "ana@example.com",
        "iat": SECONDS,
        "nbf": SECONDS,
        "exp": SECONDS + 86_400,
        "country": "DE",
    })
}

fn service() -> Value {
    let mut claims = person();
    (claims["sub"], claims["email"]) = (json!(""), Value::Null);
    claims["common_name"] = json!("e3678.access");
    claims
}

async fn rig() -> (Idp, Key, Access) {
    let (idp, key) = (Idp::start().await, Key::rsa("c1"));
    let certs = json!({ "keys": [key.jwk], "public_cert": { "kid": "c1", "cert": "…" } });
    idp.page(CERTS, Page::Json(200, certs));
    let access = Access::new(settings(&idp), http()).unwrap();
    (idp, key, access)
}

#[tokio::test]
async fn a_person_or_a_service_token_comes_through() {
    let (_idp, key, access) = rig().await;
    match access.verify(&key.sign(&person()), NOW).await.unwrap() {
        Visitor::Person(proved) => {
            let email = proved.email.as_deref();
            assert_eq!(
                (&*proved.subject, email),
                ("7335d417", Some("ana@example.com"))
            );
        }
        other => panic!("{other:?}"),
    }
    let visitor = access.verify(&key.sign(&service()), NOW).await;
    assert_eq!(
        visitor,
        Ok(Visitor::Service {
            name: "e3678.access".into()
        })
    );
}

#[tokio::test]
async fn nobody_else_does() {
    let (idp, key, access) = rig().await;
    for (member, value) in [
        ("iss", json!("https://evil.cloudflareaccess.com")),
        ("iss", json!("https://acme.cloudflareaccess.com/")),
        ("aud", json!(["other"])),
        ("aud", json!(["4714c1", "other"])),
        ("aud", json!([])),
        ("exp", json!(SECONDS - 60)),
        ("exp", Value::Null),
        ("nbf", json!(SECONDS + 61)),
        ("iat", Value::Null),
        ("type", json!("org")),
        ("sub", json!("")),
        ("sub", Value::Null),
    ] {
        let told = format!("{member} {value}");
        let mut claims = person();
        claims[member] = value;
        assert!(
            access.verify(&key.sign(&claims), NOW).await.is_err(),
            "{told}"
        );
    }
    // Neither a service nor a person.
    let mut nobody = service();
    nobody["common_name"] = json!("");
    assert!(access.verify(&key.sign(&nobody), NOW).await.is_err());
    for forged in [
        "",
        "x",
        "a.b.c",
        &Key::rsa("c1").sign(&person()),
        &Key::rsa("c2").sign(&person()),
    ] {
        assert!(access.verify(forged, NOW).await.is_err());
    }
    assert!(!idp.asked(CERTS).is_empty());
}

#[test]
fn a_team_is_a_name_or_its_domain() {
    let new = |change: &dyn Fn(&mut Settings)| {
        let mut settings = Settings {
            name: ConnectorId::parse("access").unwrap(),
            team: "acme".into(),
            audiences: vec!["4714c1".into()],
            certs: None,
        };
        change(&mut settings);
        Access::new(settings, http()).map(|_| ())
    };
    assert_eq!(new(&|_| {}), Ok(()));
    assert_eq!(
        new(&|it| it.team = "acme.cloudflareaccess.com".into()),
        Ok(())
    );
    for team in [
        "",
        "a.b",
        "https://acme.cloudflareaccess.com",
        "evil.com/",
        "acme@evil.com",
        ".cloudflareaccess.com",
    ] {
        assert!(new(&|it| it.team = team.into()).is_err(), "{team}");
    }
    assert!(new(&|it| it.audiences.clear()).is_err());
    assert!(new(&|it| it.audiences = vec![String::new()]).is_err());
    assert!(new(&|it| it.certs = Some("http://acme.example.com/".into())).is_err());
}
