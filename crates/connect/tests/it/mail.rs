//! E-mail, handed to a server that takes it, or does not.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use portcullis_connect::smtp::{Security, Smtp, SmtpSink};
use portcullis_store::EffectState;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};

use crate::program::{ByHand, Program, channel};

/// What a mail server does with the next message.
#[derive(Clone, Copy, Debug)]
enum Does {
    /// Greets with this.
    Greets(&'static str),
    /// Says this to the recipient.
    Recipient(&'static str),
    /// Closes after the message without a word.
    DropsAfterData,
}

#[derive(Clone, Default)]
struct MailServer {
    will: Arc<Mutex<VecDeque<Does>>>,
    taken: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    async fn start() -> (Self, u16) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (server, port) = (Self::default(), listener.local_addr().unwrap().port());
        let serving = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let does = serving.will.lock().unwrap().pop_front();
                let taken = Arc::clone(&serving.taken);
                tokio::spawn(async move { talk(stream, does, &taken).await });
            }
        });
        (server, port)
    }

    fn taken(&self) -> Vec<String> {
        self.taken.lock().unwrap().clone()
    }
}

/// The server's side of RFC 5321, as far as one message needs it.
async fn talk(stream: TcpStream, does: Option<Does>, taken: &Mutex<Vec<String>>) -> Option<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let greeting = match does {
        Some(Does::Greets(greeting)) => greeting,
        _ => "220 mail.example.com",
    };
    write
        .write_all(format!("{greeting}\r\n").as_bytes())
        .await
        .ok()?;
    while let Some(line) = lines.next_line().await.ok()? {
        let word = line.split(' ').next()?.to_uppercase();
        let answer = match word.as_str() {
            "EHLO" => "250-mail.example.com\r\n250 8BITMIME",
            "RCPT" => match does {
                Some(Does::Recipient(answer)) => answer,
                _ => "250 ok",
            },
            "DATA" => {
                write.write_all(b"354 go on\r\n").await.ok()?;
                let mut message = String::new();
                while let Some(line) = lines.next_line().await.ok()?.filter(|line| line != ".") {
                    message += &format!("{line}\n");
                }
                taken.lock().unwrap().push(message);
                match does {
                    Some(Does::DropsAfterData) => return None,
                    _ => "250 2.0.0 queued as 7",
                }
            }
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        write
            .write_all(format!("{answer}\r\n").as_bytes())
            .await
            .ok()?;
    }
    None
}

fn smtp(port: u16) -> Smtp {
    Smtp {
        channel: channel("smtp"),
        host: "127.0.0.1".into(),
        port,
        security: Security::None,
        credentials: None,
        from: Smtp::sender("Portcullis <access@example.com>").unwrap(),
        authorities: None,
    }
}

async fn program(port: u16) -> Program {
    let sink = SmtpSink::new(smtp(port)).unwrap();
    let program = Program::start(ByHand::default(), sink).await;
    program.forget().await;
    program.group("Payroll").await;
    program
}

#[tokio::test]
async fn forty_things_that_wait_for_one_person_arrive_as_one_message() {
    let (server, port) = MailServer::start().await;
    let mut program = program(port).await;
    for n in 0..40 {
        program.user(&format!("u{n}"), &format!("U {n}")).await;
        program
            .asks(&format!("u{n}"), "Payroll", "<b>need</b> it")
            .await;
    }
    assert_eq!(program.round().await, 0, "they wait for more");
    program.pass(60);
    assert_eq!(program.round().await, 40);
    let taken = server.taken();
    let [message] = &taken[..] else {
        panic!("{} messages", taken.len())
    };
    for part in [
        "From: Portcullis <access@example.com>",
        "To: root <root@example.com>",
        "Subject: 40 requests need your decision",
        "Auto-Submitted: auto-generated",
        "Message-ID: <",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "U 0 asks for membership in Payroll without an end.",
        "&lt;b&gt;need&lt;/b&gt;",
    ] {
        assert!(message.contains(part), "{part}:\n{message}");
    }
    assert!(!message.contains("<blockquote><b>"));
    assert!(
        program
            .rows()
            .await
            .iter()
            .all(|row| row.state == EffectState::Done)
    );
    assert_eq!(program.last().await.1, "2.0.0 queued as 7");
}

#[tokio::test]
async fn what_the_server_says_is_trouble_of_the_moment_or_for_good() {
    use EffectState::{Dead, Waiting};
    for (does, state) in [
        (Does::Greets("421 4.3.2 not now"), Waiting),
        (Does::Recipient("451 4.3.0 try again later"), Waiting),
        (Does::Recipient("452 4.2.2 mailbox full"), Waiting),
        (Does::DropsAfterData, Waiting),
        (Does::Recipient("550 5.1.1 no such user"), Dead),
    ] {
        let (server, port) = MailServer::start().await;
        let mut program = program(port).await;
        program.user("ana", "Ana Lee").await;
        program.adds("ana", "Payroll").await;
        program.pass(60);
        server.will.lock().unwrap().push_back(does);
        program.rounds().await;
        let (found, said) = program.last().await;
        assert_eq!(found, state, "{does:?}: {said}");
        if state == Dead {
            assert!(said.contains("no such user"), "{said}");
            continue;
        }
        program.pass(3600);
        program.rounds().await;
        assert_eq!(program.last().await.0, EffectState::Done);
        // One that was taken before comes under the same id.
        let ids: Vec<_> = server
            .taken()
            .iter()
            .map(|message| {
                message
                    .lines()
                    .find(|line| line.starts_with("Message-ID"))
                    .unwrap()
                    .to_owned()
            })
            .collect();
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    }
}

#[tokio::test]
async fn mail_goes_in_the_clear_to_this_machine_only() {
    let to = |host: &str| {
        SmtpSink::new(Smtp {
            host: host.into(),
            ..smtp(25)
        })
        .map(|_| ())
    };
    assert!(to("mail.example.com").unwrap_err().contains("in the clear"));
    assert!(to("10.0.0.1").is_err());
    assert!(to("localhost").is_ok() && to("::1").is_ok());
    // Whoever offers no protection gets nothing.
    let (server, port) = MailServer::start().await;
    let sink = SmtpSink::new(Smtp {
        security: Security::StartTls,
        ..smtp(port)
    })
    .unwrap();
    let mut program = Program::start(ByHand::default(), sink).await;
    program.forget().await;
    program.group("Payroll").await;
    program.user("ana", "Ana Lee").await;
    program.adds("ana", "Payroll").await;
    program.pass(60);
    program.rounds().await;
    assert_eq!(
        (program.last().await.0, server.taken().len()),
        (EffectState::Waiting, 0)
    );
}
