//! The sink.

use std::time::Duration;

use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor,
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
        extension::ClientId,
    },
};
use portcullis_app::{
    deliver::{Answer, Checking, Delivering, Delivery, Sink, of_people, to_person},
    notices::{Digest, Notice},
};
use portcullis_model::{ChangeSet, Context, World};
use portcullis_store::{Effect, EffectSource};

use super::{
    config::{Security, Smtp},
    wire::message,
};
use crate::{answer::DEADLINE, chat};

/// Writes to each person.
pub struct SmtpSink {
    smtp: Smtp,
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

/// How long each step with the server may take.
const PATIENCE: Duration = Duration::from_secs(10);

impl SmtpSink {
    /// A sink that hands its messages to `smtp`.
    ///
    /// # Errors
    /// A sentence: the certificates are none, or the connection would not be protected.
    pub fn new(smtp: Smtp) -> Result<Self, String> {
        let transport = transport(&smtp)?;
        Ok(Self { smtp, transport })
    }

    async fn send(&self, delivery: &Delivery) -> Answer {
        let notices = match chat::notices(delivery) {
            Ok(notices) => notices,
            Err(answer) => return answer,
        };
        // The latest knows the address best.
        let Some(to) = notices.last().map(|notice| notice.to.clone()) else {
            return Answer::Done {
                receipt: "there was nothing to send".to_owned(),
            };
        };
        let (digest, portal) = (Digest::of(&notices), &self.smtp.channel.portal);
        let message = message(
            &self.smtp.from,
            &to,
            &digest,
            portal,
            &delivery.key,
            delivery.now,
        );
        let message = match message {
            Ok(message) => message,
            Err(why) => return Answer::Failed { why },
        };
        match self.transport.send(message).await {
            Ok(taken) => Answer::Done {
                receipt: taken.message().next().unwrap_or("taken").to_owned(),
            },
            Err(error) => of_error(&error),
        }
    }

    async fn reached(&self) -> Result<(), String> {
        let tested = tokio::time::timeout(PATIENCE, self.transport.test_connection()).await;
        match tested {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err("the mail server takes nothing now".to_owned()),
            Ok(Err(error)) => Err(told(&error)),
            Err(_) => Err("the mail server did not answer in time".to_owned()),
        }
    }
}

fn transport(smtp: &Smtp) -> Result<AsyncSmtpTransport<Tokio1Executor>, String> {
    let tls = match smtp.security {
        Security::None => {
            let here = smtp.host == "localhost"
                || smtp
                    .host
                    .parse::<std::net::IpAddr>()
                    .is_ok_and(|address| address.is_loopback());
            if !here {
                return Err(format!(
                    "mail to `{}` would go in the clear; use starttls or tls",
                    smtp.host
                ));
            }
            Tls::None
        }
        Security::StartTls => Tls::Required(parameters(smtp)?),
        Security::Tls => Tls::Wrapper(parameters(smtp)?),
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(smtp.host.as_str())
        .port(smtp.port)
        .tls(tls)
        .hello_name(ClientId::Domain(smtp.from.email.domain().to_owned()))
        .timeout(Some(PATIENCE));
    if let Some((user, password)) = &smtp.credentials {
        builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
    }
    Ok(builder.build())
}

fn parameters(smtp: &Smtp) -> Result<TlsParameters, String> {
    let mut builder = TlsParameters::builder(smtp.host.clone());
    if let Some(pem) = &smtp.authorities {
        let certificate = Certificate::from_pem(pem).map_err(|error| told(&error))?;
        builder = builder.add_root_certificate(certificate);
    }
    builder.build_rustls().map_err(|error| told(&error))
}

/// What the server's refusal means: no mailbox is for good; a user or password it does not take waits for another.
fn of_error(error: &lettre::transport::smtp::Error) -> Answer {
    let why = told(error);
    let about_us = error
        .status()
        .is_some_and(|code| matches!(u16::from(code), 530 | 534 | 535 | 538));
    if error.is_permanent() && !about_us {
        Answer::Failed { why }
    } else {
        Answer::Retry { why, after: None }
    }
}

/// An error in one line.
fn told(error: &lettre::transport::smtp::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        cause = inner.source();
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl EffectSource for SmtpSink {
    fn name(&self) -> &str {
        &self.smtp.channel.name
    }

    fn effects(&self, change: &ChangeSet, after: &World, context: &Context) -> Vec<Effect> {
        of_people(self, change, after, context)
    }
}

impl Sink for SmtpSink {
    fn told(&self) -> String {
        let (from, host) = (&self.smtp.from, &self.smtp.host);
        format!("Each person what concerns them, by e-mail from {from} through {host}.")
    }

    fn deliver<'a>(&'a self, delivery: &'a Delivery) -> Delivering<'a> {
        Box::pin(self.send(delivery))
    }

    fn deadline(&self) -> Duration {
        DEADLINE
    }

    fn at_once(&self) -> u32 {
        4
    }

    fn together(&self) -> u32 {
        chat::TOGETHER
    }

    fn tell(&self, notice: &Notice, key: String) -> Option<Effect> {
        notice.to.email.as_ref()?;
        to_person(notice, key, self.smtp.channel.bundle_after)
    }

    fn check(&self) -> Checking<'_> {
        Box::pin(self.reached())
    }
}
