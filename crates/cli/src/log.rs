//! What the program tells of itself while it runs: lines on stderr and, where the settings say so,
//! faults to a Sentry-compatible address and traces over OTLP.

mod listener;
#[cfg(feature = "otel")]
mod otel;
#[cfg(any(feature = "sentry", test))]
mod scrub;
#[cfg(feature = "sentry")]
mod sentry;

use std::io::IsTerminal as _;

use listener::Listener;
use tracing_subscriber::{
    Layer as _, filter::Targets, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

use crate::{config::Config, failure::BadUsage};

/// What must live as long as the program: what was told last is sent when it is dropped.
pub(crate) struct Told {
    #[cfg(feature = "otel")]
    _traces: Option<otel::Traces>,
    #[cfg(feature = "sentry")]
    _faults: Option<::sentry::ClientInitGuard>,
}

/// Lets the program's own log go to stderr, by the filter of the configuration.
pub(crate) fn start_log(config: &Config) {
    start(vec![lines(config)]);
}

/// The same for a program that runs on, which also tells others.
pub(crate) fn start_telling(config: &Config) -> Result<Told, BadUsage> {
    #[allow(unused_mut, reason = "what is added depends on the features")]
    let mut listeners = vec![lines(config)];
    #[cfg(feature = "sentry")]
    let faults = sentry::start(&config.telemetry).map_err(BadUsage)?;
    #[cfg(feature = "sentry")]
    if faults.is_some() {
        listeners.extend(sentry::listeners());
    }
    #[cfg(feature = "otel")]
    let traces = otel::Traces::start(&config.telemetry).map_err(BadUsage)?;
    #[cfg(feature = "otel")]
    listeners.extend(traces.as_ref().map(otel::Traces::listener));
    start(listeners);
    Ok(Told {
        #[cfg(feature = "otel")]
        _traces: traces,
        #[cfg(feature = "sentry")]
        _faults: faults,
    })
}

fn start(listeners: Vec<Listener>) {
    // Only tests of this program could have set one before.
    let _ = tracing_subscriber::registry().with(listeners).try_init();
}

fn lines(config: &Config) -> Listener {
    let targets: Targets = config.server.log.value.0.parse().unwrap_or_default();
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    if config.server.log_json.value {
        return lines
            .json()
            .flatten_event(true)
            .with_filter(targets)
            .boxed();
    }
    let colours = std::io::stderr().is_terminal();
    lines.with_ansi(colours).with_filter(targets).boxed()
}
