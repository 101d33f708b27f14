//! Slack's web API: people are found by their address, and told what waits for them.

use portcullis_connect::{
    http::Reach,
    slack::{Bot, BotSink},
};
use portcullis_store::EffectState;
use serde_json::Value;

use crate::{
    program::{ByHand, Program, channel, http},
    server::{Does, Server, ok, status},
};

async fn program(server: &Server, to: Option<&str>) -> Program {
    let clock = ByHand::default();
    let bot = Bot {
        channel: channel("slack"),
        token: "xoxb-hush".into(),
        to: to.map(str::to_owned),
        api: server.url("/api/"),
        reach: Reach::Anywhere,
    };
    let http = http(&clock);
    let program = Program::start(clock, BotSink::new(bot, http)).await;
    program.forget().await;
    program
}

fn says(body: &str) -> Does {
    Does::Answers(200, &[], body.to_owned())
}

fn found() -> Does {
    says(r#"{"ok":true,"user":{"id":"U1"}}"#)
}

fn posted() -> Does {
    says(r#"{"ok":true,"ts":"17.1"}"#)
}

#[tokio::test]
async fn a_person_gets_one_message_of_all_that_waits_for_them() {
    let server = Server::start(ok()).await;
    let mut program = program(&server, None).await;
    program.group("Payroll").await;
    for n in 0..40 {
        program.user(&format!("u{n}"), &format!("U {n}")).await;
        program.asks(&format!("u{n}"), "Payroll", "need it").await;
    }
    program.pass(60);
    server.will([found(), posted()]);
    assert_eq!(program.round().await, 40);
    let asked = server.asked();
    let lines: Vec<_> = asked.iter().map(|asked| asked.line.as_str()).collect();
    assert_eq!(
        lines,
        [
            "GET /api/users.lookupByEmail?email=root%40example.com",
            "POST /api/chat.postMessage"
        ]
    );
    assert!(
        asked
            .iter()
            .all(|asked| asked.header("authorization") == "Bearer xoxb-hush")
    );
    let message: Value = serde_json::from_slice(&asked[1].body).unwrap();
    assert_eq!(message["channel"], "U1");
    let text = message["text"].as_str().unwrap();
    assert!(text.starts_with("• U 0 asks for membership in Payroll without an end. “need it” <https://portal.example.com/requests/"), "{text}");
    assert_eq!(
        program.last().await,
        (EffectState::Done, "message 17.1".into())
    );
}

#[tokio::test]
async fn whom_slack_does_not_know_is_not_written_to_and_trouble_waits() {
    let server = Server::start(ok()).await;
    let mut program = program(&server, None).await;
    program.group("Payroll").await;
    program.user("ana", "Ana Lee").await;
    program.adds("ana", "Payroll").await;
    program.pass(60);
    for trouble in [
        vec![status(503)],
        vec![says("<html>")],
        vec![says(r#"{"ok":false,"error":"invalid_auth"}"#)],
        vec![Does::ClosesMidBody],
        vec![found(), says(r#"{"ok":false,"error":"ratelimited"}"#)],
        vec![
            found(),
            Does::Answers(429, &[("retry-after", "30")], String::new()),
        ],
    ] {
        server.will(trouble);
        program.rounds().await;
        let (state, said) = program.last().await;
        assert_eq!(state, EffectState::Waiting, "{said}");
        assert!(!said.contains("hush"));
        program.pass(3600);
    }
    server.will([says(r#"{"ok":false,"error":"users_not_found"}"#)]);
    program.rounds().await;
    let nobody = "not sent: Slack knows nobody of this address".to_owned();
    assert_eq!(program.last().await, (EffectState::Done, nobody));
}

#[tokio::test]
async fn a_channel_is_told_events_and_one_that_is_gone_is_given_up() {
    let server = Server::start(posted()).await;
    let mut program = program(&server, Some("#access")).await;
    program.group("Payroll").await;
    program.pass(60);
    program.rounds().await;
    let message: Value = serde_json::from_slice(&server.asked()[0].body).unwrap();
    assert_eq!(message["channel"], "#access");
    assert!(
        message["text"]
            .as_str()
            .unwrap()
            .contains("The group Payroll was created (by root).")
    );
    server.will([says(r#"{"ok":false,"error":"channel_not_found"}"#)]);
    program.group("Lab").await;
    program.pass(60);
    program.rounds().await;
    assert_eq!(
        program.last().await,
        (EffectState::Dead, "Slack says `channel_not_found`".into())
    );
}
