//! Discord: a channel's webhook.

mod wire;

use crate::{
    hook::{Hook, HookSink, Wire},
    http::Http,
};

/// A sink that writes to the channel behind `hook`.
#[must_use]
pub const fn sink(hook: Hook, http: Http) -> HookSink {
    let wire = Wire {
        body: wire::body,
        per_minute: 30,
    };
    HookSink::new(hook, wire, http)
}
