//! What nothing new is called: the one table, over the API and by the form.

use portcullis_testkit::{
    Client, Reply, TestApp,
    names::{CASES, Called, when_made},
};
use serde_json::{Value, json};

use crate::browser::Browser;

async fn make(admin: &Client<'_>, holder: &str, called: Called) -> Reply {
    let (path, body) = match called {
        Called::User(login, email) => {
            let mut body = json!({ "login": login, "name": "Somebody" });
            if !email.is_empty() {
                body["email"] = email.into();
            }
            ("/api/v1/users".to_owned(), body)
        }
        Called::Group(name) => ("/api/v1/groups".to_owned(), json!({ "name": name })),
        Called::Permission(name) => (
            format!("/api/v1/groups/{holder}/entitlements"),
            json!({ "permission": name }),
        ),
    };
    admin.post(&path, body).await
}

#[tokio::test]
async fn nothing_new_is_called_what_could_be_taken_for_another() -> anyhow::Result<()> {
    for (there, new, expected) in CASES {
        let app = TestApp::start().await?;
        let ada = app.as_user("ada");
        let made = make(&ada, "Wiki", *there).await;
        assert!(made.status < 300, "{there:?} {}", made.body);
        if let (Called::User(login, email), false) = (new, *expected == "ok") {
            let browser = Browser::new(&app, "ada")?;
            let fields = [("login", *login), ("name", "Somebody"), ("email", *email)];
            let shown = browser.post("/people/new", &fields).await.status;
            assert_eq!(shown, 422, "{there:?} {new:?} by the form");
        }
        let done = make(&ada, "Vault", *new).await;
        let code = match done.status {
            200..300 => "ok",
            _ => done.body["code"].as_str().unwrap_or("none"),
        };
        assert_eq!(
            code,
            when_made(expected),
            "{there:?} {new:?}: {}",
            done.body
        );
    }
    Ok(())
}

#[tokio::test]
async fn an_environment_is_no_look_alike_when_a_permission_is_granted_again() -> anyhow::Result<()>
{
    let app = TestApp::start().await?;
    let ada = app.as_user("ada");
    let grant = async |environment: &str| {
        let body = json!({ "permission": "a:b", "environments": [environment] });
        ada.post("/api/v1/groups/Wiki/entitlements", body)
            .await
            .status
    };
    let looks_so = "production\u{fe0f}";
    for (environment, expected) in [(looks_so, 400), ("production", 200), (looks_so, 400)] {
        assert_eq!(grant(environment).await, expected, "{environment:?}");
    }
    Ok(())
}

#[tokio::test]
async fn actors_have_their_kind_and_no_bare_word_means_two() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = app.as_user("ada");
    let list = async |actor: &str| {
        let list = ada.get(&format!("/api/v1/log?actor={actor}")).await;
        let items = list.body["items"].as_array().cloned().unwrap_or_default();
        let actors = items.into_iter().map(|entry| entry["actor"].clone());
        (list.status, actors.collect::<Vec<Value>>())
    };
    // While nobody is called so, a word of the system is one thing.
    let (status, by_operator) = list("operator").await;
    assert_eq!(status, 200);
    assert!(!by_operator.is_empty());
    for actor in by_operator {
        assert_eq!(actor, json!({ "kind": "system", "system": "operator" }));
    }
    let made = make(&ada, "Wiki", Called::User("operator", "")).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let made = make(&ada, "Wiki", Called::User("import", "")).await;
    assert_eq!(made.status, 201, "{}", made.body);
    for word in ["operator", "import"] {
        let reply = ada.get(&format!("/api/v1/log?actor={word}")).await;
        assert_eq!(reply.status, 400, "{word}");
        let told = reply.body["detail"].as_str().unwrap_or_default();
        assert!(told.contains(&format!("`user:{word}`")), "{told}");
    }
    assert!(list("user:operator").await.1.is_empty());
    assert!(!list("system:operator").await.1.is_empty());
    assert_eq!(list("connector:import").await, (200, Vec::new()));
    let (_, by_ada) = list("user:ada").await;
    assert!(!by_ada.is_empty());
    assert!(
        by_ada
            .iter()
            .all(|actor| actor["kind"] == "user" && actor["login"] == "ada")
    );
    assert_eq!(list("ada").await.1, by_ada);
    assert_eq!(list("@me").await.1, by_ada);
    assert_eq!(list("nobody").await.0, 404);
    Ok(())
}
