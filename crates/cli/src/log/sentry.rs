//! Faults and panics, sent to Sentry or what understands it.

use sentry::{
    ClientInitGuard, ClientOptions,
    integrations::tracing::{BreadcrumbLayer, ErrorLayer},
    protocol::Event,
    types::Dsn,
};
use tracing::Level;
use tracing_subscriber::{
    Layer as _,
    filter::{LevelFilter, filter_fn},
};

use super::{listener::Listener, scrub};
use crate::config::TelemetrySettings;

/// Begins to send, where there is an address.
pub(super) fn start(settings: &TelemetrySettings) -> Result<Option<ClientInitGuard>, String> {
    let Some(address) = settings.sentry_address() else {
        return Ok(None);
    };
    let source = &settings.sentry_dsn.source;
    let wrong = |_| format!("{source}: `telemetry.sentry_dsn` is no DSN; copy it anew");
    let _: Dsn = address.parse().map_err(wrong)?;
    let mut options = ClientOptions::new()
        .dsn(address)
        .release(env!("CARGO_PKG_VERSION"))
        .send_default_pii(false)
        // Whose server it is, is said by `environment`, if at all.
        .server_name("portcullis")
        .before_send(|event| Some(scrubbed(&event)));
    if let Some(name) = settings.environment.value.clone() {
        options = options.environment(name);
    }
    Ok(Some(sentry::init(options)))
}

/// What is sent: errors, with the warnings that came before them.
pub(super) fn listeners() -> [Listener; 2] {
    let errors = ErrorLayer::new().with_filter(LevelFilter::ERROR);
    let before = BreadcrumbLayer::new().with_filter(filter_fn(|it| *it.level() == Level::WARN));
    [errors.boxed(), before.boxed()]
}

/// An event without what is nobody's outside.
fn scrubbed(event: &Event<'static>) -> Event<'static> {
    let scrub = |event: &Event<'static>| {
        let mut whole = serde_json::to_value(event).ok()?;
        scrub::event(&mut whole);
        serde_json::from_value(whole).ok()
    };
    // What cannot be looked through is not sent; that something happened is.
    scrub(event).unwrap_or_else(|| Event {
        message: Some("a fault whose account could not be looked through".to_owned()),
        level: event.level,
        ..Event::default()
    })
}
