//! What nothing new is called, and that a login never brings anybody what was another's.

use portcullis_testkit::names::{CASES, Called, when_imported};
use reqwest::Method;
use serde_json::{Value, json};

use crate::run::{Place, Ran, Serving};

fn import(place: &Place, called: Called) -> Ran {
    import_from(place, "policy", called)
}

/// Brings it in from a source that says nothing else, and ends nothing of other sources.
fn import_from(place: &Place, source: &str, called: Called) -> Ran {
    let file = match called {
        Called::User(login, "") => json!({ "users": [{ "login": login }] }),
        Called::User(login, email) => json!({ "users": [{ "login": login, "email": email }] }),
        Called::Group(name) => json!({ "groups": [{ "name": name }] }),
        Called::Permission(name) => {
            json!({ "groups": [{ "name": source, "permissions": [name] }] })
        }
    };
    std::fs::write(place.path().join("new.json"), file.to_string()).unwrap();
    place.run(&["import", "policy", "new.json", "--source", source])
}

#[test]
fn an_import_calls_nothing_what_could_be_taken_for_another() {
    for (there, new, expected) in CASES {
        let place = Place::new();
        import_from(&place, "first", *there).ok();
        let ran = import(&place, *new);
        let told = match when_imported(expected) {
            "ok" => {
                // The same name in another spelling is the same record, and the other source's.
                let same = ran.stderr.contains("is kept by the source `first`");
                assert!(ran.code == 0 || same, "{there:?} {new:?}: {ran:?}");
                continue;
            }
            "name_taken" => ["is the e-mail address of", "is the login of"],
            "looks_alike" => ["would pass for", "would pass for"],
            _ => ["", ""],
        };
        assert_ne!(ran.code, 0, "{there:?} {new:?}: {ran:?}");
        let told = told.iter().any(|told| ran.stderr.contains(told));
        assert!(told, "{there:?} {new:?}: {ran:?}");
    }
}

#[test]
fn the_first_admin_has_no_name_of_another_form_either() {
    for login in [
        "..",
        "0190163d-8694-739b-aea5-966c26f8ad91",
        "a\u{fe0f}na",
        "user:ana",
    ] {
        let place = Place::new();
        let ran = place.run(&["init", "ana@example.com", "--login", login]);
        assert_ne!(ran.code, 0, "{login}");
    }
    let place = Place::new();
    assert_ne!(place.run(&["init", "ana@example..com"]).code, 0);
}

#[test]
fn people_are_judged_by_login_or_id_and_an_address_says_whose_it_is() {
    let place = Place::new();
    place.run(&["init", "ana@example.com"]).ok();
    place.run(&["access", "ana"]).ok();
    place.run(&["access", "ANA"]).ok();
    let ran = place.run(&["access", "ana@example.com"]);
    assert_ne!(ran.code, 0);
    assert!(ran.stderr.contains("its owner is `ana`"), "{ran:?}");
}

#[test]
fn the_log_tells_kinds_and_no_bare_word_means_two() {
    let place = Place::new();
    place.run(&["init", "ana@example.com"]).ok();
    let list = |args: &[&str]| {
        let mut all = vec!["audit", "--json"];
        all.extend(args);
        place.run(&all)
    };
    let by_operator = list(&["--actor", "operator"]).ok().json();
    let first = &by_operator["entries"][0];
    assert_eq!(
        (&first["actor"], &first["actor_kind"]),
        (&"operator".into(), &"system".into())
    );
    import(&place, Called::User("operator", "")).ok();
    import(&place, Called::Group("ana")).ok();
    let two = list(&["--actor", "operator"]);
    assert_ne!(two.code, 0);
    assert!(two.stderr.contains("`system:operator`"), "{two:?}");
    let same = list(&["--actor", "system:operator"]).ok().json();
    assert_eq!(same, by_operator);
    let none = list(&["--actor", "user:operator"]).ok().json();
    assert_eq!(none["entries"], json!([]));
    let two = list(&["--subject", "ana"]);
    assert_ne!(two.code, 0);
    assert!(two.stderr.contains("`group:ana`"), "{two:?}");
    list(&["--subject", "group:ana"]).ok();
}

pub(crate) fn configure(place: &Place, tokens: &[(&str, &str)]) {
    let mut file = "listen = \"127.0.0.1:0\"\n".to_owned();
    for (token, user) in tokens {
        std::fs::write(place.path().join(format!("{user}.txt")), token).unwrap();
        file +=
            &format!("[[token]]\nname = \"{user}\"\nfile = \"{user}.txt\"\nuser = \"{user}\"\n");
    }
    std::fs::write(place.path().join("portcullis.toml"), file).unwrap();
}

pub(crate) async fn send(
    serving: &Serving,
    token: &str,
    method: Method,
    path: &str,
    body: Value,
) -> (u16, Value) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.request(method, format!("{}/api/v1{path}", serving.url));
    let request = request
        .bearer_auth(token)
        .header("content-type", "application/json");
    let request = if body.is_null() {
        request
    } else {
        request.body(body.to_string())
    };
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or_default())
}

#[tokio::test]
async fn a_token_becomes_nobody_elses_after_a_rename_and_a_restart() {
    const ROOT: &str = "root-token-of-the-test";
    const ANA: &str = "anas-token-of-the-test";
    let place = Place::new();
    place.run(&["init", "root@example.com"]).ok();
    import(&place, Called::User("ana", "")).ok();
    configure(&place, &[(ROOT, "root"), (ANA, "ana")]);
    let serve = || Serving::start(&mut place.command(&["serve"]));
    let me = async |serving: &Serving| send(serving, ANA, Method::GET, "/me", Value::Null).await.0;

    let serving = serve();
    assert_eq!(me(&serving).await, 200);
    let rename = json!({ "login": "ana.silva" });
    let (status, renamed) = send(&serving, ROOT, Method::PATCH, "/users/ana", rename).await;
    assert_eq!(status, 200, "{renamed}");
    let other = json!({ "login": "ana", "name": "Another" });
    let (status, other) = send(&serving, ROOT, Method::POST, "/users", other).await;
    assert_eq!(status, 201, "{other}");
    assert_eq!(me(&serving).await, 401, "the login is somebody else's now");
    serving.kill();

    let serving = serve();
    assert_eq!(me(&serving).await, 401, "a restart forgets nothing");
    assert_eq!(
        send(&serving, ROOT, Method::GET, "/me", Value::Null)
            .await
            .0,
        200
    );
    serving.kill();
    let doctor = place.run(&["doctor"]);
    assert_eq!(doctor.code, 3);
    assert!(
        doctor.stdout.contains("the token `ana` is refused"),
        "{doctor:?}"
    );
    assert!(doctor.stdout.contains("`ana.silva` now"), "{doctor:?}");

    // Who is meant can be said on purpose: by the new login, or by an id.
    configure(&place, &[(ROOT, "root"), (ANA, "ana.silva")]);
    let serving = serve();
    assert_eq!(me(&serving).await, 200);
    serving.kill();
    configure(
        &place,
        &[(ROOT, "root"), (ANA, other["id"].as_str().unwrap())],
    );
    let serving = serve();
    let (status, me) = send(&serving, ANA, Method::GET, "/me", Value::Null).await;
    assert_eq!((status, &me["login"]), (200, &"ana".into()), "{me}");
}

#[test]
fn an_address_names_nobody_in_the_configuration_and_an_empty_token_is_none() {
    let place = Place::new();
    place.run(&["init", "root@example.com"]).ok();
    configure(&place, &[("root-token-of-the-test", "root@example.com")]);
    let ran = place.run(&["serve"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("write the login `root`"), "{ran:?}");
    let lists = "[policy]\napp_creators = [\"root@example.com\"]\n";
    std::fs::write(place.path().join("portcullis.toml"), lists).unwrap();
    let ran = place.run(&["serve"]);
    assert!(ran.stderr.contains("write the login `root`"), "{ran:?}");
    // The digests of nothing and of a line break.
    for digest in [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b",
    ] {
        let file = format!("[[token]]\nname = \"x\"\nsha256 = \"{digest}\"\nuser = \"root\"\n");
        std::fs::write(place.path().join("portcullis.toml"), file).unwrap();
        let ran = place.run(&["doctor"]);
        assert_eq!(ran.code, 2);
        assert!(ran.stderr.contains("empty token"), "{ran:?}");
    }
}
