//! An app's token: messages by the web API.

use std::time::Duration;

use portcullis_app::{
    deliver::{Answer, Checking, Delivering, Delivery, Sink, of_channel, of_people, to_person},
    notices::{Digest, Notice},
};
use portcullis_model::{ChangeSet, Context, World};
use portcullis_store::{Effect, EffectSource};

use super::wire::{NOBODY, Said, message, refused};
use crate::{
    answer::{self, DEADLINE},
    chat,
    http::{Call, Http, Method, Reach, Url},
    portal::Channel,
};

/// An app of a workspace.
#[derive(Clone)]
pub struct Bot {
    /// What is told, and when.
    pub channel: Channel,
    /// The app's token.
    pub token: String,
    /// The channel that is written to; without one each person is, found by their e-mail address.
    pub to: Option<String>,
    /// Where the web API is, with a slash at the end.
    pub api: Url,
    /// Where that may lead.
    pub reach: Reach,
}

/// Writes to a channel, or to people.
pub struct BotSink {
    bot: Bot,
    http: Http,
}

/// How often each method may be called in a minute; Slack allows a message a second.
const PER_MINUTE: u32 = 50;

impl BotSink {
    /// A sink that writes as `bot`.
    #[must_use]
    pub const fn new(bot: Bot, http: Http) -> Self {
        Self { bot, http }
    }

    async fn send(&self, delivery: &Delivery) -> Answer {
        let written = match &self.bot.to {
            Some(channel) => match chat::events(delivery) {
                Ok(digest) => self.post(channel, &digest).await,
                Err(answer) => Err(answer),
            },
            None => self.to_person(delivery).await,
        };
        written.unwrap_or_else(|answer| answer)
    }

    async fn to_person(&self, delivery: &Delivery) -> Result<Answer, Answer> {
        let notices = chat::notices(delivery)?;
        // The latest knows the address best.
        let Some(email) = notices.last().and_then(|notice| notice.to.email.as_deref()) else {
            return Ok(not_there());
        };
        let mut url = self.method("users.lookupByEmail")?;
        url.query_pairs_mut().append_pair("email", email);
        let (said, after) = self.ask(Call::get(url)).await?;
        match said.user.filter(|_| said.ok) {
            Some(user) => self.post(&user.id, &Digest::of(&notices)).await,
            None if said.error == NOBODY => Ok(not_there()),
            None => Err(refused(&Said { user: None, ..said }, after)),
        }
    }

    async fn post(&self, channel: &str, digest: &Digest) -> Result<Answer, Answer> {
        let body = message(channel, digest, &self.bot.channel.portal);
        let call = Call::post_json(self.method("chat.postMessage")?, body);
        let (said, after) = self.ask(call).await?;
        if !said.ok {
            return Err(refused(&said, after));
        }
        Ok(Answer::Done {
            receipt: format!("message {}", said.ts),
        })
    }

    fn method(&self, name: &str) -> Result<Url, Answer> {
        self.bot.api.join(name).map_err(|_| Answer::Failed {
            why: "the address of the web API cannot be put together".to_owned(),
        })
    }

    /// Calls a method. Slack says with 200 what went wrong, but for its limits.
    async fn ask(&self, call: Call) -> Result<(Said, Option<Duration>), Answer> {
        let call = call
            .bearer(&self.bot.token)
            .reach(self.bot.reach)
            .per_minute(PER_MINUTE);
        let sent = self.http.send(call).await;
        let reply = sent.map_err(|error| answer::of_error(&error))?;
        let (status, after) = (reply.status(), reply.retry_after());
        if !status.is_success() {
            let why = format!("HTTP {}", status.as_u16());
            return Err(answer::of_status(status.as_u16(), why, after));
        }
        let said = reply.json::<Said>().await;
        said.map(|said| (said, after))
            .map_err(|error| answer::of_error(&error))
    }

    async fn authorized(&self) -> Result<(), String> {
        let told = |answer| match answer {
            Answer::Done { receipt } => receipt,
            Answer::Retry { why, .. } | Answer::Failed { why } => why,
        };
        let url = self.method("auth.test").map_err(told)?;
        let (said, _) = self.ask(Call::new(Method::POST, url)).await.map_err(told)?;
        if said.ok {
            Ok(())
        } else {
            Err(format!("Slack says `{}`", said.error))
        }
    }
}

/// Whoever is not in Slack is not written to, and that is no failure.
fn not_there() -> Answer {
    Answer::Done {
        receipt: "not sent: Slack knows nobody of this address".to_owned(),
    }
}

impl EffectSource for BotSink {
    fn name(&self) -> &str {
        &self.bot.channel.name
    }

    fn effects(&self, change: &ChangeSet, after: &World, context: &Context) -> Vec<Effect> {
        let Channel {
            events,
            bundle_after,
            ..
        } = &self.bot.channel;
        match self.bot.to {
            Some(_) => of_channel(events, *bundle_after, change, after, context),
            None => of_people(self, change, after, context),
        }
    }
}

impl Sink for BotSink {
    fn told(&self) -> String {
        match &self.bot.to {
            Some(channel) => format!(
                "The Slack channel {channel}. Events: {}.",
                self.bot.channel.events
            ),
            None => "Each person what concerns them, on Slack, found by their address.".to_owned(),
        }
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
        let reachable = self.bot.to.is_none() && notice.to.email.is_some();
        reachable.then(|| to_person(notice, key, self.bot.channel.bundle_after))?
    }

    fn check(&self) -> Checking<'_> {
        Box::pin(self.authorized())
    }
}
