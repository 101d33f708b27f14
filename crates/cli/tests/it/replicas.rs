//! Two servers on one PostgreSQL: who is signed in at one is at the other, and what one server at a
//! time does goes on when that one is gone.

use std::{
    fs::File,
    time::{Duration, Instant},
};

use portcullis_testkit::pg;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use crate::run::{Place, Serving};

/// A server, and the file with what it says of itself.
struct Replica {
    serving: Serving,
    log: std::path::PathBuf,
}

impl Replica {
    fn start(place: &Place, name: &str, database: &str) -> Self {
        let log = place.path().join(name);
        let mut command = place.command(&["serve", "--port", "0", "--database", database]);
        command
            .env("PORTCULLIS_LOG", "portcullis_app=info")
            .stderr(File::create(&log).unwrap());
        Self {
            serving: Serving::start_loud(&mut command),
            log,
        }
    }

    /// Whether it has taken the turn to record what ends.
    fn expires(&self) -> bool {
        let log = std::fs::read_to_string(&self.log).unwrap();
        let mut lines = log.lines();
        lines.any(|line| line.contains("done here from now on") && line.contains("expire"))
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.serving.url)
    }
}

/// Waits until that is so, for as long as it may take another to take over.
async fn until(what: &str, mut so: impl AsyncFnMut() -> bool) {
    let since = Instant::now();
    while !so().await {
        assert!(since.elapsed() < Duration::from_secs(60), "{what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Somebody with a browser of their own, let in by a link.
async fn signed_in(place: &Place, database: &str, at: &Replica) -> Client {
    let made = place.run(&["sign-in-link", "ana", "--json", "--database", database]);
    let made = made.ok().json();
    let path = made["url"]
        .as_str()
        .unwrap()
        .split("/sign-in/")
        .nth(1)
        .unwrap()
        .to_owned();
    let client = Client::builder()
        .cookie_store(true)
        .no_proxy()
        .build()
        .unwrap();
    let entered = client.post(at.at(&format!("/sign-in/{path}"))).send();
    assert_eq!(entered.await.unwrap().status(), StatusCode::OK);
    client
}

async fn page(client: &Client, address: String) -> String {
    let asked = client.get(address).header("accept", "text/html");
    asked.send().await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn what_one_server_begins_another_goes_on_with() {
    let Some(database) = pg::database().await.unwrap() else {
        return;
    };
    let (place, url) = (Place::new(), database.url());
    place
        .run(&["init", "ana@example.com", "--database", url])
        .ok();
    let servers = ["one.log", "two.log"].map(|name| Replica::start(&place, name, url));
    let [one, two] = &servers;

    // Signed in at one, used at the other; signed out everywhere at one, out at the other.
    let here = signed_in(&place, url, one).await;
    let there = signed_in(&place, url, one).await;
    until("the session is known at the other", async || {
        page(&there, two.at("/account"))
            .await
            .contains("this browser")
    })
    .await;
    let account = page(&here, one.at("/account")).await;
    let csrf = account.split("name=\"csrf\" value=\"").nth(1).unwrap();
    let csrf = csrf.split('"').next().unwrap();
    let form = [("csrf", csrf), ("user", "ana")];
    let out = here
        .post(one.at("/account/sign-out-everywhere"))
        .form(&form);
    let out = out.send().await.unwrap();
    assert!(out.status().is_success(), "{out:?}");
    until("the session has ended at the other", async || {
        !page(&there, two.at("/account"))
            .await
            .contains("this browser")
    })
    .await;

    // What ends by time is recorded by one of them.
    let made = place.run(&[
        "token",
        "create",
        "ana",
        "--name",
        "test",
        "--scope",
        "read",
        "--scope",
        "administer",
        "--json",
        "--database",
        url,
    ]);
    let token = made.ok().json()["token"].as_str().unwrap().to_owned();
    let client = Client::builder().no_proxy().build().unwrap();
    let ask = async |method: &str, address: String, body: Value| {
        let method = method.parse().unwrap();
        let asked = client.request(method, address).bearer_auth(&token);
        let answer = match body {
            Value::Null => asked,
            body => asked.json(&body),
        };
        let answer = answer.send().await.unwrap();
        assert!(answer.status().is_success(), "{answer:?}");
        answer.json::<Value>().await.unwrap()
    };
    let grant = async |at: &Replica, login: &str| {
        let user = json!({ "login": login, "name": login });
        let _ = ask("POST", at.at("/api/v1/users"), user).await;
        let now = portcullis_app::Clock::now(&portcullis_app::SystemClock);
        let end = now.plus_seconds(2);
        let body = json!({ "until": end.to_string(), "reason": "a test" });
        let _ = ask(
            "PUT",
            at.at(&format!("/api/v1/groups/Team/members/{login}")),
            body,
        )
        .await;
    };
    let recorded = async |at: &Replica, login: &str| {
        let history = ask(
            "GET",
            at.at(&format!("/api/v1/users/{login}/history")),
            Value::Null,
        );
        history.await["items"][0]["removed"].is_object()
    };
    let _ = ask("POST", one.at("/api/v1/groups"), json!({ "name": "Team" })).await;
    grant(one, "bob").await;
    until("the end is recorded", async || recorded(one, "bob").await).await;
    let does = servers.iter().filter(|it| it.expires()).count();
    assert_eq!(does, 1, "one does it");

    // That one is gone: the other does it.
    let [one, two] = servers;
    let (gone, left) = if one.expires() {
        (one, two)
    } else {
        (two, one)
    };
    gone.serving.kill();
    grant(&left, "eve").await;
    until("the other goes on", async || recorded(&left, "eve").await).await;
    assert!(left.expires());
}
