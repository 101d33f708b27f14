//! Webhooks: signed, in order, at least once, and once for who knows their ids, whatever the receiver does.

use std::{collections::BTreeSet, time::Duration};

use portcullis_app::{deliver::Sink as _, notices::EventFilter};
use portcullis_connect::{
    http::{Reach, Url, header},
    webhook::{Key, Webhook, WebhookSink},
};
use portcullis_store::EffectState;
use serde_json::Value;

use crate::{
    program::{ByHand, Program, http},
    server::{Asked, Does, Server, ok, status},
};

const OLD: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NEW: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

fn webhook(url: Url) -> Webhook {
    Webhook {
        name: "hook".into(),
        url,
        keys: vec![Key::parse(NEW).unwrap(), Key::parse(OLD).unwrap()],
        events: EventFilter::default(),
        reach: Reach::Anywhere,
        source: "https://portal.example.com".into(),
    }
}

async fn program(webhook: Webhook) -> Program {
    let clock = ByHand::default();
    let http = http(&clock);
    Program::start(clock, WebhookSink::new(webhook, http)).await
}

/// The receiver as the published library is one.
fn verify(secret: &str, asked: &Asked) -> bool {
    let mut headers = header::HeaderMap::new();
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        headers.insert(name, asked.header(name).parse().unwrap());
    }
    let receiver = standardwebhooks::Webhook::new(secret).unwrap();
    receiver.verify(&asked.body, &headers).is_ok()
}

fn event(asked: &Asked) -> Value {
    serde_json::from_slice(&asked.body).unwrap()
}

#[tokio::test]
async fn an_event_is_a_signed_cloud_event() {
    let server = Server::start(status(204)).await;
    let mut program = program(webhook(server.url("/hooks/secret"))).await;
    program.rounds().await;
    program.user("ana", "Ana Lee").await;
    program.group("Payroll").await;
    program.asks("ana", "Payroll", "month end").await;
    assert_eq!(program.round().await, 3);
    let asked = server.asked();
    let asked = asked
        .iter()
        .find(|asked| event(asked)["type"] == "io.portcullis.request.created")
        .unwrap();
    assert_eq!(asked.line, "POST /hooks/secret");
    assert_eq!(asked.header("content-type"), "application/cloudevents+json");
    let event = event(asked);
    let id = program
        .app
        .world()
        .requests()
        .next()
        .unwrap()
        .id
        .to_string();
    assert_eq!(event["specversion"], "1.0");
    assert_eq!(event["id"], asked.header("webhook-id"));
    assert_eq!(event["source"], "https://portal.example.com");
    assert_eq!(event["subject"], format!("request/{id}"));
    assert_eq!(
        event["data"]["text"],
        "Ana Lee asks for membership in Payroll without an end."
    );
    assert_eq!(event["data"]["after"]["reason"], "month end");
    assert_eq!(
        event["time"],
        serde_json::json!(program.app.live().last_at())
    );
    // Whoever still knows the old secret takes it, and so does who knows the new one.
    assert!(verify(NEW, asked) && verify(OLD, asked));
    assert!(asked.header("webhook-signature").starts_with("v1,"));
    let stranger = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert!(!verify(stranger, asked));
    let mut changed = asked.clone();
    changed.body.push(b' ');
    assert!(!verify(NEW, &changed));
    assert!(!program.last().await.1.contains("secret"));
}

#[tokio::test]
async fn every_attempt_has_the_same_id_and_body_and_a_signature_of_its_own() {
    let server = Server::start(ok()).await;
    let mut program = program(webhook(server.url("/"))).await;
    program.rounds().await;
    let before = server.asked().len();
    server.will([status(503)]);
    program.group("Payroll").await;
    program.rounds().await;
    program.pass(5);
    program.rounds().await;
    let asked = server.asked().split_off(before);
    assert_eq!(asked.len(), 2);
    assert_eq!(
        (asked[0].header("webhook-id"), &asked[0].body),
        (asked[1].header("webhook-id"), &asked[1].body)
    );
    assert_ne!(
        asked[0].header("webhook-signature"),
        asked[1].header("webhook-signature")
    );
    assert!(asked.iter().all(|asked| verify(NEW, asked)));
}

#[tokio::test]
async fn a_filter_lets_through_what_it_names() {
    let server = Server::start(ok()).await;
    let events = EventFilter::parse(["group.*", "membership.ended"]).unwrap();
    let mut program = program(Webhook {
        events,
        ..webhook(server.url("/"))
    })
    .await;
    program.user("ana", "Ana Lee").await;
    program.group("Payroll").await;
    program.rounds().await;
    let types: BTreeSet<_> = server
        .asked()
        .iter()
        .map(|asked| event(asked)["type"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(types, ["io.portcullis.group.created".to_owned()].into());
}

#[tokio::test]
async fn what_a_receiver_does_is_trouble_of_the_moment_or_for_good() {
    use EffectState::{Dead, Done, Waiting};
    for (does, state, said) in [
        (status(201), Done, "HTTP 201"),
        (Does::Floods, Done, "HTTP 200"),
        (Does::ClosesMidBody, Done, "HTTP 200"),
        (status(500), Waiting, "HTTP 500: no"),
        (status(503), Waiting, "HTTP 503: no"),
        (status(408), Waiting, "HTTP 408: no"),
        (status(425), Waiting, "HTTP 425: no"),
        (status(429), Waiting, "HTTP 429: no"),
        (Does::Closes, Waiting, "http://127.0.0.1"),
        (Does::Hangs, Waiting, "did not answer in time"),
        (status(400), Dead, "HTTP 400: no"),
        (status(404), Dead, "HTTP 404: no"),
        (status(410), Dead, "HTTP 410: no"),
        (
            Does::Answers(302, &[("location", "/x")], String::new()),
            Dead,
            "not followed",
        ),
        (
            Does::Answers(400, &[], "no /hooks/T0/hush here".into()),
            Dead,
            "HTTP 400: no … here",
        ),
    ] {
        let server = Server::start(ok()).await;
        let mut program = program(webhook(server.url("/hooks/T0/hush"))).await;
        program.rounds().await;
        server.will([does.clone()]);
        program.group("Payroll").await;
        program.rounds().await;
        let (found, receipt) = program.last().await;
        assert_eq!(found, state, "{does:?}: {receipt}");
        assert!(
            receipt.contains(said) && !receipt.contains("hush"),
            "{does:?}: {receipt}"
        );
    }
}

#[tokio::test]
async fn a_receiver_that_wants_to_be_left_alone_for_an_hour_is_and_gets_all_of_it_then() {
    let server = Server::start(ok()).await;
    let mut program = program(webhook(server.url("/"))).await;
    program.rounds().await;
    let before = server.asked().len();
    server.always(Does::Answers(
        429,
        &[("retry-after", "3600")],
        String::new(),
    ));
    program.group("One").await;
    program.rounds().await;
    let due = program
        .app
        .store()
        .outbox()
        .next_due("hook")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(due, program.app.now().plus_seconds(3600));
    // Commits go on meanwhile, and what they mean waits.
    for name in ["Two", "Three", "Four"] {
        program.group(name).await;
        program.pass(600);
        program.rounds().await;
    }
    let asked = server.asked().len();
    assert!(asked <= before + 4, "{asked}");
    server.always(ok());
    for _ in 0..10 {
        program.pass(3600);
        program.rounds().await;
    }
    assert!(
        program
            .rows()
            .await
            .iter()
            .all(|row| row.state == EffectState::Done)
    );
    let ids: Vec<_> = server
        .asked()
        .split_off(asked)
        .iter()
        .map(|asked| asked.header("webhook-id").to_owned())
        .collect();
    let unique: BTreeSet<_> = ids.iter().collect();
    assert_eq!((ids.len(), unique.len()), (4, 4));
}

#[tokio::test]
async fn whatever_goes_wrong_nothing_is_lost_and_who_knows_ids_has_each_once_in_order() {
    let server = Server::start(ok()).await;
    let mut program = program(webhook(server.url("/"))).await;
    program.group("Payroll").await;
    program.user("ana", "Ana Lee").await;
    let faults = || {
        [
            status(500),
            Does::Closes,
            ok(),
            Does::ClosesMidBody,
            Does::Floods,
            status(429),
            ok(),
            Does::Hangs,
            status(503),
        ]
    };
    for _ in 0..4 {
        server.will(faults());
        for _ in 0..5 {
            // Each takes the earlier one back: several edits of one commit.
            program.asks("ana", "Payroll", "again").await;
        }
        program.round().await;
        program.pass(2);
    }
    for _ in 0..20 {
        program.rounds().await;
        program.pass(3600);
    }
    let rows = program.rows().await;
    assert!(
        rows.iter().all(|row| row.state == EffectState::Done),
        "{rows:?}"
    );
    let wanted: BTreeSet<_> = rows.iter().map(|row| row.dedup_key.clone()).collect();
    let mut had = Vec::new();
    for asked in server.asked() {
        let (id, subject) = (
            asked.header("webhook-id").to_owned(),
            event(&asked)["subject"].to_string(),
        );
        if !had.iter().any(|(_, known)| *known == id) {
            had.push((subject, id));
        }
    }
    let ids: BTreeSet<_> = had.iter().map(|(_, id)| id.clone()).collect();
    assert_eq!(ids, wanted);
    assert_eq!(had.len(), wanted.len());
    // Of one record, in the order of the log.
    let place = |id: &str| {
        id.split('-')
            .map(|part| part.parse::<u64>().unwrap())
            .collect::<Vec<_>>()
    };
    for (n, (subject, id)) in had.iter().enumerate() {
        let later = had[n..].iter().filter(|(other, _)| other == subject);
        assert!(
            later
                .into_iter()
                .all(|(_, other)| place(other) >= place(id))
        );
    }
}

#[tokio::test]
async fn a_commit_does_not_wait_for_a_receiver_that_hangs() {
    let server = Server::start(Does::Hangs).await;
    let mut program = program(webhook(server.url("/"))).await;
    let app = program.app.clone();
    let commits = async {
        for n in 0..20 {
            program_group(&app, n).await;
        }
    };
    let delivering = async { while program.round().await > 0 {} };
    tokio::pin!(delivering);
    let quick = tokio::time::timeout(Duration::from_secs(5), commits);
    tokio::select! {
        done = quick => done.unwrap(),
        () = &mut delivering => panic!("what hangs was delivered"),
    }
}

async fn program_group(app: &portcullis_app::App, n: u32) {
    use portcullis_model::{Actor, GroupKind, Name};
    let root = app.world().find_user("root").unwrap().id;
    let create = portcullis_app::group::CreateGroup {
        kind: GroupKind::Group,
        name: Name::parse(&format!("Group {n}")).unwrap(),
        description: Default::default(),
        tags: Vec::new(),
        owners: Vec::new(),
    };
    app.commit(app.context(Actor::User(root)), create, None)
        .await
        .unwrap();
}

#[tokio::test]
async fn nothing_of_this_machine_or_its_network_is_reached_unless_that_is_allowed() {
    let server = Server::start(ok()).await;
    for url in [
        format!("https://127.0.0.1:{}/", server.port),
        format!("https://localhost:{}/", server.port),
        format!("https://[::ffff:127.0.0.1]:{}/", server.port),
        "https://169.254.169.254/".to_owned(),
        "https://10.0.0.1/".to_owned(),
        "https://[fd00::1]/".to_owned(),
        "https://0.0.0.0/".to_owned(),
        "https://[::1]/".to_owned(),
    ] {
        let public = Webhook {
            reach: Reach::Public,
            ..webhook(Url::parse(&url).unwrap())
        };
        let mut program = program(public).await;
        program.round().await;
        let (state, said) = program.last().await;
        // It waits for settings that allow it.
        assert_eq!(state, EffectState::Waiting);
        assert!(said.contains("not allowed"), "{url}: {said}");
    }
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn a_receiver_that_is_broken_is_not_said_to_answer() {
    for (answers, is_well) in [
        (405, true),
        (404, true),
        (204, true),
        (500, false),
        (503, false),
    ] {
        let server = Server::start(status(answers)).await;
        let sink = WebhookSink::new(webhook(server.url("/hook")), http(&ByHand::default()));
        let said = sink.check().await;
        assert_eq!(said.is_ok(), is_well, "{answers}: {said:?}");
        assert_eq!(server.asked()[0].line, "HEAD /hook");
    }
}
