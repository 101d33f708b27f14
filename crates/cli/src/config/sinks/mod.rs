//! `[sinks.*]`: where outside what happens here is told.

mod chat;
mod common;
mod listed;
mod log;
mod mail;
mod webhook;

use std::sync::Arc;

use portcullis_app::deliver::Sink;
use portcullis_store::EffectSource;

pub(super) use self::{
    chat::{DiscordSettings, SlackSettings, TeamsSettings},
    common::Around,
    listed::Sinks,
    webhook::WebhookSettings,
};

/// The sinks as the writer knows them.
pub(crate) fn effects(sinks: &[Arc<dyn Sink>]) -> impl Iterator<Item = Arc<dyn EffectSource>> {
    sinks.iter().map(|sink| Arc::clone(sink) as _)
}
