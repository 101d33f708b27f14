//! `[[sinks.slack]]`, `[[sinks.discord]]`, `[[sinks.teams]]`.

use std::sync::Arc;

use portcullis_connect::{
    Hook, HookSink, discord,
    http::{Http, Url, origin},
    slack::{self, Bot, BotSink},
    teams,
};

use super::common::{Around, ListedSink, events, faults, name, reach, url};
use crate::config::{
    secret::Secret,
    section::section,
    value::{Source, Sourced},
};

section! {
    /// Slack as it is written.
    SlackSettings, prefix "" {
        /// under which its deliveries are listed
        name: Option<String> => "needed";
        /// a channel's incoming webhook, as a secret
        url: Option<Secret> => "this or `token`";
        /// an app's bot token (`xoxb-…`), as a secret
        token: Option<Secret> => "this or `url`";
        /// the channel that `token` writes to; without one each person is written to, found by their e-mail address
        channel: Option<String> => "each person";
        /// [which events](events.md) a channel is told
        events: Vec<String> => "all";
        /// where the web API is, with a slash at the end
        api: String = "https://slack.com/api/".into();
        /// whether `url` or `api` may lead to this machine or its network, and over http
        allow_private: bool = false;
    }
}

/// Systems whose channels are written to by an address of their own and nothing else.
macro_rules! hooks {
    ($($(#[$about:meta])* $Settings:ident: $kind:literal, $sink:path, $url:literal;)+) => {$(
        section! {
            $(#[$about])*
            $Settings, prefix "" {
                /// under which its deliveries are listed
                name: Option<String> => "needed";
                #[doc = $url]
                url: Option<Secret> => "needed";
                /// [which events](events.md) are told
                events: Vec<String> => "all";
                /// whether `url` may lead to this machine or its network, and over http
                allow_private: bool = false;
            }
        }

        impl $Settings {
            /// The sink, or all that is wrong with it.
            pub(crate) fn sink(self, source: Source) -> Result<ListedSink, Vec<String>> {
                let (name, events) = (self.name.value, self.events.value);
                let allow_private = self.allow_private.value;
                hook($kind, $sink, source, name, &self.url, &events, allow_private)
            }
        }
    )+};
}
hooks! {
    /// Discord as it is written.
    DiscordSettings: "discord", discord::sink, "the channel's webhook, as a secret";
    /// Teams as it is written.
    TeamsSettings: "teams", teams::sink, "the URL of the channel's workflow, as a secret";
}

impl SlackSettings {
    /// The sink, or all that is wrong with it.
    pub(crate) fn sink(self, source: Source) -> Result<ListedSink, Vec<String>> {
        let allow_private = self.allow_private.value;
        match (&self.url.value, &self.token.value) {
            (Some(_), None) if self.channel.value.is_some() => Err(vec![format!(
                "{source}: an incoming webhook has a channel of its own; leave `channel` out"
            )]),
            (Some(_), None) => {
                let (name, events) = (self.name.value, self.events.value);
                hook(
                    "slack",
                    slack::sink,
                    source,
                    name,
                    &self.url,
                    &events,
                    allow_private,
                )
            }
            (None, Some(_)) => self.bot(source),
            _ => Err(vec![format!(
                "{source}: a Slack sink needs `url` or `token`, one of them; add or remove one"
            )]),
        }
    }

    fn bot(self, source: Source) -> Result<ListedSink, Vec<String>> {
        let (allow_private, to) = (self.allow_private.value, self.channel.value);
        let token = self
            .token
            .value
            .map(|token| token.reveal().to_owned())
            .unwrap_or_default();
        let api = self.api.value.parse::<Url>();
        let api = api.map_err(|_| "`api` is no URL; leave it out for Slack's own".to_owned());
        match (name(self.name.value), api, events(&self.events.value)) {
            (Ok(name), Ok(api), Ok(events)) => Ok(ListedSink {
                kind: "slack",
                name: name.clone(),
                shown: match &to {
                    Some(channel) => format!("{channel} (token not shown), events: {events}"),
                    None => "each person (token not shown)".to_owned(),
                },
                source,
                make: Arc::new(move |around: &Around| {
                    let bot = Bot {
                        channel: around.channel(&name, events.clone()),
                        token: token.clone(),
                        to: to.clone(),
                        api: api.clone(),
                        reach: reach(allow_private),
                    };
                    Arc::new(BotSink::new(bot, around.http.clone()))
                }),
            }),
            (name, api, events) => Err(faults(&source, [name.err(), api.err(), events.err()])),
        }
    }
}

fn hook(
    kind: &'static str,
    sink: fn(Hook, Http) -> HookSink,
    source: Source,
    called: Option<String>,
    to: &Sourced<Option<Secret>>,
    names: &[String],
    allow_private: bool,
) -> Result<ListedSink, Vec<String>> {
    match (name(called), url(to, allow_private), events(names)) {
        (Ok(name), Ok(url), Ok(events)) => Ok(ListedSink {
            kind,
            name: name.clone(),
            shown: format!("{} (path not shown), events: {events}", origin(&url)),
            source,
            make: Arc::new(move |around: &Around| {
                let hook = Hook {
                    channel: around.channel(&name, events.clone()),
                    url: url.clone(),
                    reach: reach(allow_private),
                };
                Arc::new(sink(hook, around.http.clone()))
            }),
        }),
        (name, url, events) => Err(faults(&source, [name.err(), url.err(), events.err()])),
    }
}
