//! What the incoming webhooks of chat systems have in common: a channel's secret URL, which takes messages.

use std::time::Duration;

use portcullis_app::{
    deliver::{Answer, Checking, Delivering, Delivery, Sink, of_channel},
    notices::Digest,
};
use portcullis_model::{ChangeSet, Context, World};
use portcullis_store::{Effect, EffectSource};

use crate::{
    answer::{self, DEADLINE},
    chat,
    http::{Call, Http, Method, Reach, Url},
    portal::{Channel, Portal},
};

/// A channel's webhook.
#[derive(Clone)]
pub struct Hook {
    /// What is told, and when.
    pub channel: Channel,
    /// Where the channel is written to; a secret.
    pub url: Url,
    /// Where the URL may lead.
    pub reach: Reach,
}

/// What the system takes.
#[derive(Clone, Copy)]
pub(crate) struct Wire {
    /// A message.
    pub(crate) body: fn(&Digest, &Portal) -> Vec<u8>,
    /// How often the system is asked in a minute.
    pub(crate) per_minute: u32,
}

/// Writes events to a channel.
pub struct HookSink {
    hook: Hook,
    wire: Wire,
    http: Http,
}

impl HookSink {
    pub(crate) const fn new(hook: Hook, wire: Wire, http: Http) -> Self {
        Self { hook, wire, http }
    }

    async fn send(&self, delivery: &Delivery) -> Answer {
        let Hook {
            channel,
            url,
            reach,
        } = &self.hook;
        match chat::events(delivery) {
            Ok(digest) => {
                let call = Call::post_json(url.clone(), (self.wire.body)(&digest, &channel.portal));
                let call = call.reach(*reach).per_minute(self.wire.per_minute);
                answer::deliver(&self.http, call, url).await
            }
            Err(answer) => answer,
        }
    }
}

impl EffectSource for HookSink {
    fn name(&self) -> &str {
        &self.hook.channel.name
    }

    fn effects(&self, change: &ChangeSet, after: &World, context: &Context) -> Vec<Effect> {
        let Channel {
            events,
            bundle_after,
            ..
        } = &self.hook.channel;
        of_channel(events, *bundle_after, change, after, context)
    }
}

impl Sink for HookSink {
    fn told(&self) -> String {
        let events = &self.hook.channel.events;
        format!("A channel behind a webhook. Events: {events}.")
    }

    fn deliver<'a>(&'a self, delivery: &'a Delivery) -> Delivering<'a> {
        Box::pin(self.send(delivery))
    }

    fn deadline(&self) -> Duration {
        DEADLINE
    }

    fn together(&self) -> u32 {
        chat::TOGETHER
    }

    fn check(&self) -> Checking<'_> {
        let call = Call::new(Method::HEAD, self.hook.url.clone()).reach(self.hook.reach);
        Box::pin(answer::check(&self.http, call))
    }
}
