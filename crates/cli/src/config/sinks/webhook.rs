//! `[[sinks.webhook]]`.

use std::sync::Arc;

use portcullis_connect::{
    http::origin,
    webhook::{Key, Webhook, WebhookSink},
};

use super::common::{Around, ListedSink, events, faults, name, reach, url};
use crate::config::{
    secret::{Secret, Secrets},
    section::section,
    value::Source,
};

section! {
    /// A webhook as it is written.
    WebhookSettings, prefix "" {
        /// under which its deliveries are listed
        name: Option<String> => "needed";
        /// where events are sent, as a secret
        url: Option<Secret> => "needed";
        /// what they are signed with, each as a secret: `whsec_…`; of several all sign
        secrets: Secrets => "needed";
        /// [which events](events.md) are sent, such as `request.created` or `membership.*`
        events: Vec<String> => "all";
        /// whether `url` may lead to this machine or its network, and over http
        allow_private: bool = false;
    }
}

/// What events come from where nobody said where the portal is.
const SOMEWHERE: &str = "/portcullis";

impl WebhookSettings {
    /// The sink, or all that is wrong with it.
    pub(crate) fn sink(self, source: Source) -> Result<ListedSink, Vec<String>> {
        let allow_private = self.allow_private.value;
        let url = url(&self.url, allow_private);
        let keys = keys(&self.secrets.value);
        match (name(self.name.value), url, keys, events(&self.events.value)) {
            (Ok(name), Ok(url), Ok(keys), Ok(events)) => Ok(ListedSink {
                kind: "webhook",
                name: name.clone(),
                shown: format!(
                    "{} (path and secrets not shown), events: {events}",
                    origin(&url)
                ),
                source,
                make: Arc::new(move |around: &Around| {
                    let webhook = Webhook {
                        name: name.clone(),
                        url: url.clone(),
                        keys: keys.clone(),
                        events: events.clone(),
                        reach: reach(allow_private),
                        source: around
                            .portal
                            .url
                            .clone()
                            .unwrap_or_else(|| SOMEWHERE.to_owned()),
                    };
                    Arc::new(WebhookSink::new(webhook, around.http.clone()))
                }),
            }),
            (name, url, keys, events) => Err(faults(
                &source,
                [name.err(), url.err(), keys.err(), events.err()],
            )),
        }
    }
}

fn keys(secrets: &Secrets) -> Result<Vec<Key>, String> {
    if secrets.0.is_empty() {
        return Err("the webhook has no `secrets`; write one, made with `echo whsec_$(openssl rand -base64 32)`".to_owned());
    }
    let there = secrets.0.iter().filter(|secret| !secret.is_missing());
    let keys = there.map(|secret| Key::parse(secret.reveal()));
    keys.collect::<Result<_, _>>()
        .map_err(|wrong| format!("`secrets`: {wrong}"))
}
