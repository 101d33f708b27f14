//! The outside, played by servers that misbehave.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod chats;
mod cloudflare;
mod http;
mod mail;
mod oidc;
mod program;
mod server;
mod slack;
mod webhook;
