//! `[sinks.*]`: where outside what is committed is followed.

use std::sync::Arc;

use portcullis_app::deliver::{LogSink, Sink};
use portcullis_store::EffectSource;

use super::{Config, Raw, Sourced};

/// The key that turns the sink `log` on.
pub(super) const LOG_ENABLED: &str = "sinks.log.enabled";

impl Config {
    /// The sinks that are turned on.
    pub(crate) fn sinks(&self) -> Vec<Arc<dyn Sink>> {
        let log = matches!(
            self.rest.get(LOG_ENABLED),
            Some(Sourced {
                value: Raw::Bool(true),
                ..
            })
        );
        let log = log.then(|| Arc::new(LogSink) as Arc<dyn Sink>);
        log.into_iter().collect()
    }
}

/// The sinks as the writer knows them.
pub(crate) fn effects(sinks: &[Arc<dyn Sink>]) -> impl Iterator<Item = Arc<dyn EffectSource>> {
    sinks.iter().map(|sink| Arc::clone(sink) as _)
}
