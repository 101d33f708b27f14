//! The demo, over HTTP.

use std::process::Command;

use serde_json::Value;

use crate::run::{Place, Serving, small_org};

async fn get(url: String) -> (u16, Value) {
    let response = reqwest::get(url).await.unwrap();
    (
        response.status().as_u16(),
        response.json().await.unwrap_or_default(),
    )
}

#[tokio::test]
async fn it_answers_once_it_says_where_and_says_only_that() {
    let place = Place::new();
    let demo = place.demo(&["--people", "40"]);
    assert_eq!(demo.lines.len(), 1, "{:?}", demo.lines);
    assert!(demo.url.starts_with("http://127.0.0.1:"), "{}", demo.url);
    let (status, health) = get(format!("{}/healthz", demo.url)).await;
    assert_eq!((status, &health["status"]), (200, &"ok".into()));
    assert!(health["position"].as_u64().unwrap() > 500);
}

#[tokio::test]
async fn it_keeps_its_data_and_serves_what_is_there() {
    let place = Place::new();
    let demo = place.demo(&["--people", "40", "--data", "d.sqlite"]);
    let (_, before) = get(format!("{}/healthz", demo.url)).await;
    demo.kill();
    let demo = place.demo(&["--people", "200", "--data", "d.sqlite"]);
    let (_, after) = get(format!("{}/healthz", demo.url)).await;
    assert!(after["position"].as_u64() >= before["position"].as_u64());
    drop(demo);
    let doctor = place
        .run(&["doctor", "--data", "d.sqlite", "--json"])
        .ok()
        .json();
    assert_eq!(doctor["counts"][0], serde_json::json!(["people", 40]));
    assert_eq!(
        place.run(&["audit", "verify", "--data", "d.sqlite"]).code,
        0
    );
}

#[tokio::test]
async fn it_serves_an_imported_organisation() {
    let place = Place::new();
    place
        .run(&["import", "org", &small_org(), "--data", "o.sqlite"])
        .ok();
    let demo = place.demo(&["--data", "o.sqlite"]);
    assert_eq!(get(format!("{}/healthz", demo.url)).await.1["position"], 1);
}

#[test]
fn a_port_that_is_taken_is_told() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ran = Place::new().run(&["demo", "--port", &port]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("choose another with --port"), "{ran:?}");
}

/// Writes tags one after another until the program is gone; the names of those it acknowledged.
async fn write_tags(url: String, writer: usize) -> Vec<String> {
    let (client, mut acknowledged) = (reqwest::Client::new(), Vec::new());
    for number in 0.. {
        let name = format!("tag {writer}-{number}");
        let request = client
            .post(format!("{url}/api/v1/tags"))
            .bearer_auth("demo-ines.okafor");
        match request
            .json(&serde_json::json!({ "name": name }))
            .send()
            .await
        {
            Ok(response) if response.status() == 201 => acknowledged.push(name),
            Ok(response) => panic!("{}", response.status()),
            Err(_) => break,
        }
    }
    acknowledged
}

/// A limit on the size of its files stands for a disk that is full: what it can no longer write it
/// says, what it holds it still answers, and with room again it goes on.
#[tokio::test]
async fn a_full_disk_refuses_what_it_cannot_keep_and_nothing_else() {
    let place = Place::new();
    let program = place.command(&[
        "demo", "--port", "0", "--people", "40", "--data", "d.sqlite",
    ]);
    // Past the limit a write would end the program by a signal; on a full disk it only fails.
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
        .arg(program.get_program())
        .args(program.get_args())
        .current_dir(place.path());
    let demo = Serving::start(&mut shell);
    let limit = |bytes: &str| {
        let pid = demo.child.id().to_string();
        let limited = Command::new("prlimit")
            .args(["--pid", &pid, &format!("--fsize={bytes}:unlimited")])
            .status();
        assert!(limited.unwrap().success());
    };
    let client = reqwest::Client::new();
    let create = async |name: &str| {
        let request = client
            .post(format!("{}/api/v1/tags", demo.url))
            .bearer_auth("demo-ines.okafor")
            .json(&serde_json::json!({ "name": name, "description": "x".repeat(1000) }));
        request.send().await.unwrap().status().as_u16()
    };
    let position = async || get(format!("{}/healthz", demo.url)).await.1["position"].clone();

    limit("4096");
    let mut refused = 0;
    for number in 0..5 {
        let before = position().await;
        if create(&format!("too much {number}")).await != 201 {
            refused += 1;
            assert_eq!(position().await, before);
        }
    }
    assert!(refused > 0, "the limit did not hold");
    limit("unlimited");
    assert_eq!(create("room again").await, 201);

    let last = position().await;
    demo.kill();
    assert_eq!(
        place.run(&["audit", "verify", "--data", "d.sqlite"]).code,
        0
    );
    let demo = place.demo(&["--data", "d.sqlite"]);
    assert_eq!(
        get(format!("{}/healthz", demo.url)).await.1["position"],
        last
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_kill_9_in_the_middle_of_writes() {
    let place = Place::new();
    let demo = place.demo(&["--people", "40", "--data", "d.sqlite"]);
    let probe = reqwest::Client::new().get(format!("{}/api/v1/tags", demo.url));
    let probe = probe.bearer_auth("demo-ines.okafor").send().await.unwrap();
    if probe.status() == 404 {
        eprintln!("left out: this build has no API to write through");
        return;
    }
    let position = async || {
        get(format!("{}/healthz", demo.url)).await.1["position"]
            .as_u64()
            .unwrap()
    };
    let start = position().await;
    let writers = (0..4).map(|writer| tokio::spawn(write_tags(demo.url.clone(), writer)));
    let writers: Vec<_> = writers.collect();
    while position().await < start + 60 {}
    demo.kill();
    let mut acknowledged = Vec::new();
    for writer in writers {
        acknowledged.extend(writer.await.unwrap());
    }
    assert!(acknowledged.len() >= 40, "{} writes", acknowledged.len());
    assert_eq!(
        place.run(&["audit", "verify", "--data", "d.sqlite"]).code,
        0
    );
    let args = [
        "audit",
        "--operation",
        "tag.create",
        "--limit",
        "100000",
        "--json",
        "--data",
        "d.sqlite",
    ];
    let log = place.run(&args).ok().stdout;
    for name in &acknowledged {
        assert!(
            log.contains(&format!("\"label\":\"{name}\"")),
            "`{name}` was acknowledged and is gone"
        );
    }
}
