//! A permission that holds in some environments only: every way of asking says so.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    names::{configure, send},
    run::{Place, Serving},
};

const ROOT: &str = "root-token-of-the-test";

#[tokio::test]
async fn without_an_environment_the_answer_is_no_and_names_where_it_holds() {
    let place = Place::new();
    place.run(&["init", "root@example.com"]).ok();
    let file = json!({ "users": [{ "login": "ana" }, { "login": "bea" }], "groups": [
        { "name": "releasers", "members": ["ana", "bea"] },
        { "name": "leads", "members": ["bea"], "permissions": ["deploy"] } ] });
    std::fs::write(place.path().join("policy.json"), file.to_string()).unwrap();
    place.run(&["import", "policy", "policy.json"]).ok();
    configure(&place, &[(ROOT, "root")]);
    let serving = Serving::start(&mut place.command(&["serve"]));
    let limited = json!({ "permission": "deploy", "environments": ["production"] });
    let path = "/groups/releasers/entitlements";
    let (status, told) = send(&serving, ROOT, Method::POST, path, limited).await;
    assert_eq!(status, 200, "{told}");
    let ask = async |path: &str| send(&serving, ROOT, Method::GET, path, Value::Null).await.1;

    // Ana has it in production only, and Bea everywhere.
    for (user, environment, holds) in [
        ("ana", "", false),
        ("ana", "production", true),
        ("ana", "staging", false),
        ("bea", "", true),
        ("bea", "staging", true),
    ] {
        let mut args = vec![user, "deploy"];
        let mut query = format!("/explain?user={user}&permission=deploy");
        if !environment.is_empty() {
            args.extend(["--environment", environment]);
            query += &format!("&environment={environment}");
        }
        let code = if holds { 0 } else { 3 };
        for command in ["check", "explain"] {
            let ran = place.run(&[&[command], &*args].concat());
            assert_eq!(ran.code, code, "{command} {args:?}: {ran:?}");
            let told = ran
                .stdout
                .contains("only in production; name one with --environment");
            assert_eq!(
                told,
                (user, environment) == ("ana", ""),
                "{command} {args:?}: {ran:?}"
            );
        }
        let told = ask(&query).await;
        assert_eq!(told["holds"], holds, "{query}: {told}");
    }
    let told = ask("/explain?user=ana&permission=deploy").await;
    assert_eq!(told["environments"], json!(["production"]));
    assert_eq!(told["missing"]["code"], "no_environment");

    let who = place.run(&["who-can", "deploy", "--json"]).ok().json();
    let expected = [("ana", json!(["production"])), ("bea", Value::Null)];
    for ((login, only), row) in expected.iter().zip(who["users"].as_array().unwrap()) {
        assert_eq!(
            (&row["login"], &row["environments"]),
            (&json!(login), only),
            "{who}"
        );
    }
    let who = ask("/who-can?permission=deploy").await;
    let only: Vec<_> = who["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["environments"])
        .collect();
    assert_eq!(only, [&json!(["production"]), &Value::Null]);
}

#[tokio::test]
async fn an_environment_in_which_nobody_grants_it_is_told_with_those_that_there_are() {
    let place = Place::new();
    place.run(&["init", "root@example.com"]).ok();
    configure(&place, &[(ROOT, "root")]);
    let file = json!({ "users": [{ "login": "ana" }],
        "groups": [{ "name": "releasers", "members": ["ana"] }] });
    std::fs::write(place.path().join("policy.json"), file.to_string()).unwrap();
    place.run(&["import", "policy", "policy.json"]).ok();
    let serving = Serving::start(&mut place.command(&["serve"]));
    let limited = json!({ "permission": "deploy", "environments": ["production"] });
    let path = "/groups/releasers/entitlements";
    let (status, told) = send(&serving, ROOT, Method::POST, path, limited).await;
    assert_eq!(status, 200, "{told}");
    let ran = place.run(&["who-can", "deploy", "--environment", "prodution"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(
        ran.stderr.contains("it is granted in `production`"),
        "{ran:?}"
    );
    place
        .run(&["who-can", "deploy", "--environment", "production"])
        .ok();
}
