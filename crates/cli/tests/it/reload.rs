//! Settings read again by a running server: all of them, and nobody who comes meanwhile is refused.

use std::{
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use sha2::{Digest as _, Sha256};

use crate::run::{Place, Serving};

fn settings(place: &Place, token: &str, more: &str) {
    let digest: String = Sha256::digest(token)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let file = format!(
        "listen = \"127.0.0.1:0\"\nlog = \"info\"\n[[token]]\nname = \"gate\"\nsha256 = \"{digest}\"\nuser = \"root\"\n{more}"
    );
    std::fs::write(place.path().join("portcullis.toml"), file).unwrap();
}

fn hang_up(serving: &Serving) {
    let id = serving.child.id().to_string();
    let sent = Command::new("kill").args(["-HUP", &id]).status().unwrap();
    assert!(sent.success());
}

async fn ask(url: &str, token: &str) -> u16 {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let asked = client.get(format!("{url}/api/v1/me")).bearer_auth(token);
    asked.send().await.unwrap().status().as_u16()
}

async fn until(what: &str, mut so: impl AsyncFnMut() -> bool) {
    let since = Instant::now();
    while !so().await {
        assert!(since.elapsed() < Duration::from_secs(30), "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn settings_are_read_again_and_nobody_who_comes_meanwhile_is_refused() {
    let place = Place::new();
    place.run(&["init", "root@example.com"]).ok();
    settings(&place, "the first token", "");
    let log = place.path().join("said");
    let mut command = place.command(&["serve"]);
    let serving = Serving::start_loud(command.stderr(std::fs::File::create(&log).unwrap()));
    let said = || std::fs::read_to_string(&log).unwrap();
    assert_eq!(ask(&serving.url, "the first token").await, 200);

    // Somebody comes all the time.
    let (stop, answered) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicUsize::new(0)),
    );
    let coming = tokio::spawn({
        let (stop, answered, url) = (stop.clone(), answered.clone(), serving.url.clone());
        async move {
            while !stop.load(Ordering::Relaxed) {
                let status = reqwest::get(format!("{url}/healthz"))
                    .await
                    .unwrap()
                    .status();
                assert_eq!(status, 200);
                answered.fetch_add(1, Ordering::Relaxed);
            }
        }
    });

    settings(&place, "the second token", "[sinks.log]\nenabled = true\n");
    hang_up(&serving);
    until("the new token is known", async || {
        ask(&serving.url, "the second token").await == 200
    })
    .await;
    assert_eq!(
        ask(&serving.url, "the first token").await,
        401,
        "the one before is not"
    );
    // Asked once, it does it once.
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(said().matches("the settings were read again").count(), 1);

    // What is wrong is told, and all stays as it is: a key that is none, and somebody who is unknown.
    for (more, wrong) in [
        ("[limits]\nwrites = 3\n", "there is no key `writes`"),
        (
            "[[token]]\nname = \"other\"\nsha256 = \"ab\"\nuser = \"root\"\n",
            "sha256",
        ),
    ] {
        settings(&place, "the third token", more);
        hang_up(&serving);
        until(wrong, async || {
            said().contains(wrong) && said().contains("stay in force")
        })
        .await;
        assert_eq!(ask(&serving.url, "the second token").await, 200);
        assert_eq!(ask(&serving.url, "the third token").await, 401);
    }
    let unknown = "[[token]]\nname = \"other\"\nsha256 = \"e9e633097ab9ceb3e48ec3f70ee2beba41d05d5420efee5da85f97d97005727e\"\nuser = \"nobody.known\"\n";
    settings(&place, "the third token", unknown);
    hang_up(&serving);
    until("nobody.known", async || said().contains("nobody.known")).await;
    until("it goes on as before", async || {
        ask(&serving.url, "the second token").await == 200
    })
    .await;
    assert_eq!(ask(&serving.url, "the third token").await, 401);

    // Nor does it end where what holds now could not be made anew.
    settings(
        &place,
        "the second token",
        "[policy]\napp_creators = [\"leaver\"]\n",
    );
    hang_up(&serving);
    until("leaver", async || said().contains("leaver")).await;
    assert_eq!(ask(&serving.url, "the second token").await, 200);

    stop.store(true, Ordering::Relaxed);
    coming.await.unwrap();
    assert!(answered.load(Ordering::Relaxed) > 10);
}

#[tokio::test]
async fn who_asks_it_to_stop_while_it_begins_again_is_heard() {
    let place = Place::new();
    place.run(&["init", "root@example.com"]).ok();
    settings(&place, "the first token", "[limits]\ndrain_seconds = 1\n");
    for wait in [0, 5, 20, 60, 150, 400] {
        let mut serving = Serving::start(&mut place.command(&["serve"]));
        hang_up(&serving);
        tokio::time::sleep(Duration::from_millis(wait)).await;
        let id = serving.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(sent.success());
        let since = Instant::now();
        let ended = loop {
            if let Some(ended) = serving.child.try_wait().unwrap() {
                break ended;
            }
            assert!(since.elapsed() < Duration::from_secs(20), "after {wait} ms");
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        assert!(ended.success(), "after {wait} ms: {ended}");
    }
}
