//! Slack: a channel's incoming webhook; or an app with a token of its own, which writes to a channel or to each person.

mod bot;
mod wire;

pub use self::bot::{Bot, BotSink};
use crate::{
    hook::{Hook, HookSink, Wire},
    http::Http,
};

/// A sink that writes to the channel behind an incoming webhook.
#[must_use]
pub const fn sink(hook: Hook, http: Http) -> HookSink {
    let wire = Wire {
        body: wire::hook,
        per_minute: 50,
    };
    HookSink::new(hook, wire, http)
}
