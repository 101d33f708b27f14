//! What the program tells of itself while it runs.

use std::io::IsTerminal as _;

use tracing_subscriber::{
    Layer as _, filter::Targets, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

/// Lets the program's own log go to stderr, by the filter of the configuration.
pub(crate) fn start_log(filter: &str) {
    let targets: Targets = filter.parse().unwrap_or_default();
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_filter(targets);
    // Only tests of this program could have set one before.
    let _ = tracing_subscriber::registry().with(lines).try_init();
}
