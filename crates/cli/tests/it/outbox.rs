//! What commits mean outside, from the operator's side.

use std::time::Duration;

use portcullis_store::{AuditEventFilter, Store};

use crate::run::{Place, finish};

const CONFIG: &str = "data = \"p.sqlite\"\n[sinks.log]\nenabled = true\n";

#[tokio::test]
async fn operators_see_retry_and_skip_what_was_given_up() {
    let place = Place::new();
    std::fs::write(place.path().join("portcullis.toml"), CONFIG).unwrap();
    place.run(&["init", "ana@example.com"]).ok();
    let listed = place.run(&["outbox", "list", "--json"]).ok().json();
    let effects = listed["effects"].as_array().unwrap();
    assert!(effects.len() >= 3, "{listed}");
    assert!(
        effects
            .iter()
            .all(|e| e["sink"] == "log" && e["state"] == "waiting"),
        "{listed}"
    );
    let id = |n: usize| effects[n]["id"].to_string();
    let refused = place.run(&["outbox", "retry", &id(0)]);
    assert!(
        refused.code == 1 && refused.stderr.contains("is waiting, and only dead"),
        "{refused:?}"
    );
    assert!(
        place
            .run(&["outbox", "skip", "999", "--reason", "x"])
            .stderr
            .contains("no effect 999")
    );

    let url = format!("sqlite:{}", place.path().join("p.sqlite").display());
    let store = Store::open(&url).await.unwrap();
    let now = portcullis_app::Clock::now(&portcullis_app::SystemClock);
    let terms = portcullis_store::LeaseTerms {
        owner: "test".into(),
        until: now,
        most: 2,
        together: 1,
    };
    let leased = store.outbox().claim("log", now, &terms).await.unwrap();
    let dead = leased.iter().map(|lease| {
        (
            lease.clone(),
            portcullis_store::Settlement::Dead {
                why: "no room".into(),
            },
        )
    });
    store.outbox().settle(dead.collect(), now).await.unwrap();

    let doctor = place.run(&["doctor"]);
    assert!(
        doctor.code == 3 && doctor.stdout.contains("look at: 2 effects were given up"),
        "{doctor:?}"
    );
    let list = place.run(&["outbox", "list", "--state", "dead"]).ok();
    assert!(
        list.stdout.contains("1 attempt") && list.stdout.contains("no room"),
        "{list:?}"
    );
    let (one, two) = (leased[0].id.to_string(), leased[1].id.to_string());
    let retried = place.run(&["outbox", "retry", &one, "--json"]).ok().json();
    assert_eq!(retried["effects"][0]["state"], "waiting");
    let skipped = place
        .run(&["outbox", "skip", &two, "--reason", "by hand", "--json"])
        .ok()
        .json();
    assert_eq!(
        (
            &skipped["effects"][0]["state"],
            &skipped["effects"][0]["receipt"]
        ),
        (&"skipped".into(), &"by hand".into())
    );

    let events = store
        .audit_events(&AuditEventFilter::default())
        .await
        .unwrap()
        .items;
    let kinds: Vec<_> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["outbox.skip", "outbox.retry"]);
    assert_eq!(events[0].body["reason"], "by hand");
}

#[tokio::test]
async fn serving_delivers_to_the_log_what_was_committed_before() {
    let place = Place::new();
    std::fs::write(place.path().join("portcullis.toml"), CONFIG).unwrap();
    place.run(&["init", "ana@example.com"]).ok();
    let log = std::fs::File::create(place.path().join("log")).unwrap();
    let mut command = place.command(&["serve", "--listen", "127.0.0.1:0"]);
    command
        .env("PORTCULLIS_LOG", "portcullis::changes=info,warn")
        .stderr(log);
    let mut serving = command.stdout(std::process::Stdio::null()).spawn().unwrap();
    let done = async || {
        let log = std::fs::read_to_string(place.path().join("log")).unwrap();
        log.contains("portcullis::changes") && log.contains("user.init_admin")
    };
    let mut delivered = false;
    for _ in 0..400 {
        if done().await {
            delivered = true;
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    serving.kill().unwrap();
    serving.wait().unwrap();
    assert!(
        delivered,
        "{}",
        std::fs::read_to_string(place.path().join("log")).unwrap()
    );
}

#[tokio::test]
async fn doctor_says_which_sinks_cannot_be_reached_and_nothing_of_their_secrets() {
    let place = Place::new();
    assert_eq!(place.run(&["init", "root@example.com"]).code, 0);
    // Nobody listens there, and the other leads to where it may not.
    let sinks = "[[sinks.webhook]]\nname = \"siem\"\nurl = \"http://127.0.0.1:1/hush\"\nsecrets = [\"env:HOOK\"]\nallow_private = true\n\
        [[sinks.discord]]\nname = \"chat\"\nurl = \"https://localhost/hush\"\n\
        [sinks.smtp]\nhost = \"127.0.0.1\"\nport = 1\nsecurity = \"none\"\nfrom = \"access@example.com\"\n";
    std::fs::write(place.path().join("portcullis.toml"), sinks).unwrap();
    let hook = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    let ran = finish(place.command(&["doctor"]).env("HOOK", hook));
    assert_eq!(ran.code, 3, "{ran:?}");
    for said in [
        "the sink `siem` cannot be reached: `http://127.0.0.1:1`: Connection refused",
        "the sink `chat` cannot be reached: `https://localhost` is an address of this machine or its network",
        "the sink `smtp` cannot be reached",
        "webhook sink `siem`",
    ] {
        assert!(ran.stdout.contains(said), "{said}: {}", ran.stdout);
    }
    assert!(!format!("{ran:?}").contains("hush") && !format!("{ran:?}").contains("C2FVsBQ"));
    let missing = place.run(&["doctor"]);
    assert_eq!(missing.code, 3);
    assert!(
        missing.stdout.contains("the environment has no `HOOK`"),
        "{missing:?}"
    );
}
