//! The policy file of the configuration, brought in at each start.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    names::{configure, send},
    run::{Place, Serving},
};

const ROOT: &str = "root-token-of-the-test";

#[tokio::test]
async fn what_people_do_to_groups_of_the_policy_file_does_not_keep_the_server_from_starting() {
    let place = Place::new();
    place.run(&["init", "root@example.com"]).ok();
    configure(&place, &[(ROOT, "root")]);
    let file = json!({ "users": [{ "login": "ana" }],
        "groups": [{ "name": "editors", "members": ["ana"], "permissions": ["records:edit"] },
            { "name": "payroll", "members": ["ana"], "permissions": ["pay:run"] }] });
    std::fs::write(place.path().join("policy.json"), file.to_string()).unwrap();
    let config = place.path().join("portcullis.toml");
    let tokens = std::fs::read_to_string(&config).unwrap();
    std::fs::write(
        &config,
        format!("{tokens}\n[decisions]\npolicy = \"policy.json\"\n"),
    )
    .unwrap();
    let serve = || Serving::start(&mut place.command(&["serve"]));

    let serving = serve();
    let name = json!({ "name": "former editors" });
    let (status, told) = send(&serving, ROOT, Method::PATCH, "/groups/editors", name).await;
    assert_eq!(status, 200, "{told}");
    let group = json!({ "name": "editors", "kind": "group" });
    let (status, told) = send(&serving, ROOT, Method::POST, "/groups", group).await;
    assert_eq!(status, 201, "{told}");
    serving.kill();

    // It is told, and left out.
    let doctor = place.run(&["doctor"]);
    assert_eq!(doctor.code, 3);
    assert!(
        doctor
            .stdout
            .contains("`policy.json` cannot be taken as it is"),
        "{doctor:?}"
    );
    let serving = serve();
    let (status, _) = send(&serving, ROOT, Method::GET, "/me", Value::Null).await;
    assert_eq!(status, 200);
    serving.kill();
    // The group that is called otherwise now is none that the file names: what it said of it ends.
    assert_eq!(place.run(&["check", "ana", "records:edit"]).code, 3);
    assert_eq!(place.run(&["check", "ana", "pay:run"]).code, 0);

    // Nor does it keep anything else of the file from being taken, nor ends least of all.
    let less = file.to_string().replace(
        r#""members":["ana"],"name":"payroll""#,
        r#""members":["root"],"name":"payroll""#,
    );
    assert_ne!(less, file.to_string());
    std::fs::write(place.path().join("policy.json"), less).unwrap();
    serve().kill();
    assert_eq!(place.run(&["check", "ana", "pay:run"]).code, 3);
    assert_eq!(place.run(&["check", "root", "pay:run"]).code, 0);

    // Nor does a file that cannot be read: what it said last stays.
    for broken in ["", "{", r#"{"grops":[]}"#] {
        std::fs::write(place.path().join("policy.json"), broken).unwrap();
        serve().kill();
        assert_eq!(place.run(&["check", "root", "pay:run"]).code, 0, "{broken}");
    }
    std::fs::remove_file(place.path().join("policy.json")).unwrap();
    serve().kill();
    assert_eq!(place.run(&["check", "root", "pay:run"]).code, 0);
}

#[test]
fn a_policy_file_that_was_never_taken_stops_the_start() {
    let place = Place::new();
    place.run(&["init", "root@example.com"]).ok();
    let file = json!({ "groups": [{ "name": "editors", "members": ["nobody"] }] });
    std::fs::write(place.path().join("policy.json"), file.to_string()).unwrap();
    let config = "listen = \"127.0.0.1:0\"\n[decisions]\npolicy = \"policy.json\"\n";
    std::fs::write(place.path().join("portcullis.toml"), config).unwrap();
    let ran = place.run(&["serve"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(
        ran.stderr
            .contains("`policy.json` cannot be taken as it is"),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("nobody"), "{ran:?}");
}

#[test]
fn nor_does_another_file_that_was_taken_let_it_start() {
    let place = Place::new();
    place.run(&["init", "root@example.com"]).ok();
    let other = json!({ "groups": [{ "name": "readers", "permissions": ["records:read"] }] });
    std::fs::write(place.path().join("other.json"), other.to_string()).unwrap();
    place.run(&["import", "policy", "other.json"]).ok();
    let file = json!({ "groups": [{ "name": "editors", "members": ["nobody"] }] });
    std::fs::write(place.path().join("policy.json"), file.to_string()).unwrap();
    let config = "listen = \"127.0.0.1:0\"\n[decisions]\npolicy = \"policy.json\"\n";
    std::fs::write(place.path().join("portcullis.toml"), config).unwrap();
    // With a limit: where it starts all the same, it does not end by itself.
    let mut serve = place.command(&["serve"]);
    let mut serve = serve.stderr(std::process::Stdio::piped()).spawn().unwrap();
    let ended = (0..200).find_map(|_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        serve.try_wait().unwrap()
    });
    let _ = serve.kill();
    assert_eq!(ended.and_then(|ended| ended.code()), Some(1));
}
