//! `[sinks.smtp]`.

use std::sync::Arc;

use portcullis_app::{deliver::Sink, notices::EventFilter};
use portcullis_connect::smtp::{Security, Smtp, SmtpSink};

use super::common::Around;
use crate::config::{
    secret::Secret,
    section::section,
    value::{Port, Value, Written},
};

section! {
    /// Mail as it is written.
    SmtpSettings, prefix "sinks.smtp." {
        /// the mail server that takes what people are told; without one no mail is sent
        host: Option<String> => "none";
        /// its port
        port: Option<Port> => "587, 465 or 25, by `security`";
        /// how the connection is protected: `starttls`, `tls`, or `none` to this machine only
        security: Security = Security::StartTls;
        /// whom to sign in as
        user: Option<String> => "nobody";
        /// with which password, as a secret
        password: Option<Secret> => "none";
        /// whom mail comes from: `Portcullis <access@example.com>`
        from: Option<String> => "needed with `host`";
    }
}

impl Value for Security {
    fn parse(text: &str, _: &Written<'_>) -> Result<Self, String> {
        Self::parse(text)
            .ok_or_else(|| format!("`{text}` protects nothing; write starttls, tls or none"))
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

impl SmtpSettings {
    /// The sink, if there is a mail server. What is wrong was told before.
    pub(super) fn sink(&self, around: &Around) -> Option<Result<Arc<dyn Sink>, String>> {
        let smtp = self.smtp(around)?;
        let source = &self.host.source;
        let sink = smtp
            .and_then(SmtpSink::new)
            .map(|sink| Arc::new(sink) as Arc<dyn Sink>);
        Some(sink.map_err(|wrong| format!("{source}: `sinks.smtp`: {wrong}")))
    }

    pub(super) const fn is_on(&self) -> bool {
        self.host.value.is_some()
    }

    fn smtp(&self, around: &Around) -> Option<Result<Smtp, String>> {
        let host = self.host.value.clone()?;
        let security = self.security.value;
        let from = self.from.value.as_deref().unwrap_or_default();
        let password = self
            .password
            .value
            .as_ref()
            .map(|secret| secret.reveal().to_owned());
        Some(Smtp::sender(from).map(|from| Smtp {
            channel: around.channel("smtp", EventFilter::default()),
            host,
            port: self.port.value.map_or(security.port(), |port| port.0),
            security,
            credentials: self.user.value.clone().zip(password),
            from,
            authorities: around.authorities.clone(),
        }))
    }

    /// What does not go together.
    pub(super) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let source = &self.host.source;
        if self.host.value.is_none() {
            return faults;
        }
        match self.from.value.as_deref() {
            None => faults.push(format!(
                "{source}: `sinks.smtp.host` is set and `sinks.smtp.from` is not; set both"
            )),
            Some(from) => faults.extend(
                Smtp::sender(from)
                    .err()
                    .map(|wrong| format!("{}: `sinks.smtp.from`: {wrong}", self.from.source)),
            ),
        }
        if self.user.value.is_some() != self.password.value.is_some() {
            faults.push(format!("{source}: `sinks.smtp.user` and `sinks.smtp.password` go together; set both, or neither"));
        }
        faults
    }
}
