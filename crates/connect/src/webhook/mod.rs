//! Webhooks: every event as a CloudEvent, signed after Standard Webhooks. A receiver knows what it has had by
//! `webhook-id`, which is the same in every attempt.

mod config;
mod send;
mod wire;

pub use self::{config::Key, config::Webhook, send::WebhookSink};
