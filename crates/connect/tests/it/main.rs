//! The outside, played by servers that misbehave.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod cloudflare;
mod http;
mod oidc;
mod server;
