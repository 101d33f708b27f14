//! Identity providers set up on pages: who may, what is kept where, and what counts.

use anyhow::Result;
use portcullis_app::{
    identity::LinkIdentity,
    provider::{DeleteProvider, SwitchProvider},
};
use portcullis_connect::http::{Http, Settings};
use portcullis_model::{ConnectorId, ProviderState};
use portcullis_testkit::TestApp;
use portcullis_web::Ways;
use reqwest::{Method, StatusCode};

use super::gate::{Gate, operator};

const SECRET: &str = "a-client-secret-that-nobody-is-shown";

fn ways() -> Result<Ways> {
    let clock = std::sync::Arc::new(portcullis_app::SystemClock);
    let http = Http::new(&Settings::default(), clock).map_err(anyhow::Error::msg)?;
    Ok(Ways {
        http: Some(http),
        ..Ways::default()
    })
}

#[tokio::test]
async fn a_provider_is_set_up_by_admins_and_its_secret_is_nowhere_to_be_seen() -> Result<()> {
    let it = TestApp::start().await?;
    let gate = Gate::of(&it.app, ways()?, None).await?;
    let other = Gate::of(&it.app, ways()?, None).await?;
    let okta = ConnectorId::parse("okta")?;
    let form = |csrf: &str, issuer: &str| {
        let fields = [
            ("csrf", csrf),
            ("title", "Okta"),
            ("name", "okta"),
            ("issuer", issuer),
            ("client_id", "portcullis"),
            ("secret", SECRET),
            ("link_by", "subject"),
            ("unknown", "refuse"),
        ];
        fields.map(|(name, value)| (name.to_owned(), value.to_owned()))
    };
    let send = async |cookie: &str, path: &str, form: &[(String, String)]| {
        let form: Vec<_> = form
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        gate.ask(Method::POST, path, &[("cookie", cookie)], Some(&form))
            .await
    };
    // Nobody else sees it or sets it up.
    let sven = gate.sign_in(&it.app, "sven").await;
    let csrf = gate.form_token(&sven).await;
    for page in [
        "/setup",
        "/settings/sign-in",
        "/settings/tokens",
        "/settings/about",
        "/settings/connectors",
    ] {
        assert_eq!(
            gate.get(page, &sven).await.status,
            StatusCode::FORBIDDEN,
            "{page}"
        );
    }
    let good = "https://okta.example";
    let refused = send(&sven, "/settings/sign-in/new", &form(&csrf, good)).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);

    let ada = gate.sign_in(&it.app, "ada").await;
    let csrf = gate.form_token(&ada).await;
    let wrong = send(
        &ada,
        "/settings/sign-in/new",
        &form(&csrf, "http://okta.example"),
    )
    .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("issuer-error") && !wrong.text.contains(SECRET));
    let made = send(&ada, "/settings/sign-in/new", &form(&csrf, good)).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    let shown = gate.get(&made.to, &ada).await.text;
    assert!(
        shown.contains("not tried yet") && !shown.contains(SECRET),
        "{shown}"
    );
    // A page that was opened before somebody else saved replaces nothing unseen.
    let edit = format!("{}/edit", made.to);
    let opened = gate.get(&edit, &ada).await.text;
    let (_, rest) = opened
        .split_once("name=\"seen\" value=\"")
        .expect("a version");
    let seen = rest.split('"').next().unwrap().to_owned();
    let titled = |title: &str| {
        let mut form = Vec::from(form(&csrf, good));
        form.retain(|(name, _)| name != "title");
        form.extend([
            ("title".to_owned(), title.to_owned()),
            ("seen".to_owned(), seen.clone()),
        ]);
        form
    };
    let first = send(&ada, &edit, &titled("Okta One")).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.text);
    let stale = send(&ada, &edit, &titled("Okta Two")).await;
    assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(stale.text.contains("saved this since you opened it"));
    let mut back = Vec::from(form(&csrf, good));
    back.retain(|(name, _)| name != "seen");
    assert_eq!(send(&ada, &edit, &back).await.status, StatusCode::SEE_OTHER);
    let record = it.world().provider(okta).cloned().expect("it is on record");
    let position = it.world().position();
    let entry = it.app.store().entry(position).await?;
    assert!(!format!("{entry:?} {record:?}").contains(SECRET));
    let kept = it
        .app
        .store()
        .provider_secret(record.secret.expect("a secret"))
        .await?;
    assert_eq!(kept.as_deref(), Some(SECRET));

    // A draft lets nobody in, and is used only after a test.
    let offered = async |gate: &Gate| {
        gate.get("/sign-in", "")
            .await
            .text
            .contains("Continue with Okta")
    };
    assert!(!offered(&gate).await);
    assert_eq!(
        gate.get("/sign-in/oidc/okta", "").await.status,
        StatusCode::NOT_FOUND
    );
    let untried = [
        ("csrf".to_owned(), csrf.clone()),
        ("subject".into(), "x".into()),
        ("proof".into(), "x".into()),
    ];
    let refused = send(&ada, &format!("{}/use", made.to), &untried).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let on = SwitchProvider::On {
        tried: record.clone(),
        link: None,
    };
    it.app.commit(operator(&it.app), on, None).await?;
    // Every server offers it from then on.
    for gate in [&gate, &other] {
        let mut tries = 0;
        while !offered(gate).await {
            tries += 1;
            assert!(tries < 500, "it is not offered");
            tokio::task::yield_now().await;
        }
    }
    // Another secret is another thing to try; the one before is forgotten.
    let mut again = form(&csrf, good);
    again[5].1 = "another-secret-for-the-same".into();
    let warned = send(&ada, &edit, &again).await;
    assert_eq!(warned.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        warned
            .text
            .contains("Nobody can sign in by Okta from then on")
    );
    assert!(warned.text.contains("type it again") && warned.text.contains("name=\"sure\""));
    assert!(offered(&gate).await, "nothing was saved");
    let mut again = Vec::from(again);
    again.push(("sure".to_owned(), "yes".to_owned()));
    send(&ada, &edit, &again).await;
    let after = it.world().provider(okta).cloned().expect("there");
    assert_eq!(after.state, ProviderState::Draft);
    assert_eq!(
        it.app
            .store()
            .provider_secret(record.secret.expect("a secret"))
            .await?,
        None
    );
    // Without one it keeps what it has, and what people call it needs no test.
    let (tried, link) = (after.clone(), None);
    let on = SwitchProvider::On { tried, link };
    it.app.commit(operator(&it.app), on, None).await?;
    let mut called = form(&csrf, good);
    (called[1].1, called[5].1) = ("Our Okta".into(), String::new());
    send(&ada, &format!("{}/edit", made.to), &called).await;
    let last = it.world().provider(okta).cloned().expect("there");
    assert_eq!(
        (last.title.as_str(), last.state),
        ("Our Okta", ProviderState::On)
    );
    assert_eq!(last.secret, after.secret);
    // Who is linked is known by what this issuer calls them, and no other takes its place.
    let link = LinkIdentity {
        user: it.world().user_by_login("sven").expect("sven").id,
        connector: okta,
        external_id: "1".into(),
    };
    it.app.commit(operator(&it.app), link, None).await?;
    let mut another = Vec::from(form(&csrf, "https://other.example"));
    another.push(("sure".to_owned(), "yes".to_owned()));
    let moved = send(&ada, &edit, &another).await;
    assert_eq!(moved.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(moved.text.contains("issuer-error"), "{}", moved.text);
    let gone = it
        .app
        .commit(operator(&it.app), DeleteProvider(record.id), None)
        .await;
    assert!(gone.is_err(), "people are linked to it");
    // What was changed since it was tried is not used.
    let stale = SwitchProvider::On {
        tried: record.clone(),
        link: None,
    };
    assert!(it.app.commit(operator(&it.app), stale, None).await.is_err());
    // One name is kept for another way in.
    let mut named = form(&csrf, "https://third.example");
    named[2].1 = "cloudflare".into();
    let refused = send(&ada, "/settings/sign-in/new", &named).await;
    assert!(refused.text.contains("name-error"), "{}", refused.text);
    Ok(())
}
