//! The sink.

use std::time::Duration;

use portcullis_app::{
    deliver::{Answer, Checking, Delivering, Delivery, Sink, read},
    notices::{Event, events},
};
use portcullis_model::{ChangeSet, Context, World};
use portcullis_store::{Effect, EffectSource};

use super::{
    config::Webhook,
    wire::{body, signatures},
};
use crate::{
    answer::{self, DEADLINE},
    http::{
        Call, Http, Method,
        header::{HeaderName, HeaderValue},
    },
};

/// Sends events to one receiver, those of one record in order.
pub struct WebhookSink {
    webhook: Webhook,
    http: Http,
}

impl WebhookSink {
    /// A sink that sends to `webhook`.
    #[must_use]
    pub const fn new(webhook: Webhook, http: Http) -> Self {
        Self { webhook, http }
    }

    fn call(&self, delivery: &Delivery, event: &Event) -> Option<Call> {
        let Webhook {
            url,
            keys,
            source,
            reach,
            ..
        } = &self.webhook;
        let (id, seconds) = (&delivery.key, delivery.now.micros().div_euclid(1_000_000));
        let body = body(event, id, delivery.at, source);
        let signed = signatures(keys, id, seconds, &body);
        let headers = [
            ("content-type", "application/cloudevents+json"),
            ("webhook-id", id),
            ("webhook-timestamp", &seconds.to_string()),
            ("webhook-signature", &signed),
        ];
        let call = Call::new(Method::POST, url.clone()).reach(*reach);
        headers
            .into_iter()
            .try_fold(call, |call, (name, value)| {
                let value = HeaderValue::from_str(value).ok()?;
                Some(call.header(HeaderName::try_from(name).ok()?, value))
            })
            .map(|call| call.body(body))
    }

    async fn send(&self, delivery: &Delivery) -> Answer {
        let event: Event = match read(delivery).map(|mut all| all.pop()) {
            Ok(Some((_, event))) => event,
            Ok(None) => {
                return Answer::Done {
                    receipt: "there was nothing to send".to_owned(),
                };
            }
            Err(answer) => return answer,
        };
        match self.call(delivery, &event) {
            Some(call) => answer::deliver(&self.http, call, &self.webhook.url).await,
            None => Answer::Failed {
                why: "its key is no text for a header".to_owned(),
            },
        }
    }
}

impl EffectSource for WebhookSink {
    fn name(&self) -> &str {
        &self.webhook.name
    }

    fn effects(&self, change: &ChangeSet, after: &World, context: &Context) -> Vec<Effect> {
        let position = after.position();
        let wanted = events(change, after, context).enumerate();
        let wanted = wanted.filter(|(_, event)| self.webhook.events.wants(event.kind));
        let effects = wanted.filter_map(|(n, event)| {
            Some(Effect {
                order_key: event.subject.clone(),
                // Without a dot, which stands between the parts of what is signed.
                dedup_key: format!("{position}-{n}"),
                payload: serde_json::to_value(&event).ok()?,
                delay: Duration::ZERO,
            })
        });
        effects.collect()
    }
}

impl Sink for WebhookSink {
    fn told(&self) -> String {
        let Webhook { url, events, .. } = &self.webhook;
        let host = url.host_str().unwrap_or("another machine");
        format!("A program at {host}, signed. Events: {events}.")
    }

    fn deliver<'a>(&'a self, delivery: &'a Delivery) -> Delivering<'a> {
        Box::pin(self.send(delivery))
    }

    fn deadline(&self) -> Duration {
        DEADLINE
    }

    fn check(&self) -> Checking<'_> {
        let call = Call::new(Method::HEAD, self.webhook.url.clone()).reach(self.webhook.reach);
        Box::pin(answer::check(&self.http, call))
    }
}
