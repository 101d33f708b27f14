//! Channels of Slack, Discord and Teams behind their incoming webhooks.

use portcullis_connect::{
    Hook, HookSink, discord,
    http::{Http, Reach},
    slack, teams,
};
use portcullis_store::EffectState;
use serde_json::{Value, json};

use crate::{
    program::{ByHand, Program, channel, http},
    server::{Asked, Server, ok, status},
};

async fn program(server: &Server, sink: fn(Hook, Http) -> HookSink) -> Program {
    let clock = ByHand::default();
    let hook = Hook {
        channel: channel("chat"),
        url: server.url("/services/T0/hush"),
        reach: Reach::Anywhere,
    };
    let http = http(&clock);
    let mut program = Program::start(clock, sink(hook, http)).await;
    program.pass(60);
    program.rounds().await;
    program
}

fn json_of(asked: &Asked) -> Value {
    assert_eq!(
        (asked.line.as_str(), asked.header("content-type")),
        ("POST /services/T0/hush", "application/json")
    );
    serde_json::from_slice(&asked.body).unwrap()
}

#[tokio::test]
async fn many_changes_of_a_minute_are_one_message() {
    let server = Server::start(ok()).await;
    let mut program = program(&server, slack::sink).await;
    let before = server.asked().len();
    for n in 0..40 {
        program.group(&format!("Group {n}")).await;
        program.pass(1);
    }
    assert_eq!(program.round().await, 0, "they wait for more");
    program.pass(21);
    assert_eq!(program.round().await, 40);
    let asked = server.asked().split_off(before);
    assert_eq!(asked.len(), 1);
    let text = json_of(&asked[0])["text"].as_str().unwrap().to_owned();
    assert!(text.starts_with("• The group Group 0 was created (by root). <https://portal.example.com/activity/2|more>"), "{text}");
    assert!(text.chars().count() < 4000);
    assert!(
        program
            .rows()
            .await
            .iter()
            .all(|row| row.state == EffectState::Done)
    );
}

#[tokio::test]
async fn a_message_that_failed_goes_again_with_what_came_meanwhile() {
    let server = Server::start(ok()).await;
    let mut program = program(&server, slack::sink).await;
    let before = server.asked().len();
    server.will([status(500)]);
    program.group("One").await;
    program.pass(60);
    program.rounds().await;
    program.group("Two").await;
    program.pass(10);
    program.rounds().await;
    let texts: Vec<_> = server
        .asked()
        .split_off(before)
        .iter()
        .map(|asked| json_of(asked)["text"].to_string())
        .collect();
    assert_eq!(texts.len(), 2);
    assert!(texts[1].contains("Group One") || texts[1].contains("group One"));
    assert!(texts[1].contains("group Two"));
}

#[tokio::test]
async fn names_mean_themselves_in_every_system() {
    let name = "*A* <@everyone> & [x](y)";
    let sentence = |server: &Server| json_of(server.asked().last().unwrap());
    let wrote = async |sink: fn(Hook, Http) -> HookSink| {
        let server = Server::start(ok()).await;
        let mut program = program(&server, sink).await;
        program.group("Payroll").await;
        program.user("eve", name).await;
        program.pass(60);
        program.rounds().await;
        sentence(&server)
    };
    let slack = wrote(slack::sink).await;
    assert!(
        slack["text"]
            .as_str()
            .unwrap()
            .contains("*A* &lt;@everyone&gt; &amp; [x](y) was added"),
        "{slack}"
    );
    let discord = wrote(discord::sink).await;
    assert_eq!(discord["allowed_mentions"], json!({ "parse": [] }));
    let content = discord["content"].as_str().unwrap();
    assert!(
        content.contains(r"\*A\* \<\@everyone\> & \[x\]\(y\) was added"),
        "{content}"
    );
    let teams = wrote(teams::sink).await;
    let card = &teams["attachments"][0];
    assert_eq!(
        card["contentType"],
        "application/vnd.microsoft.card.adaptive"
    );
    let text = card["content"]["body"][0]["text"].as_str().unwrap();
    assert!(
        text.contains(r"\*A\* \<@everyone> & \[x\]\(y\) was added"),
        "{text}"
    );
}
