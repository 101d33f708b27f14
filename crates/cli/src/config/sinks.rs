//! `[sinks.*]`: where outside what is committed is followed.

use std::sync::Arc;

use portcullis_app::deliver::{self, Sink};
use portcullis_store::EffectSource;

use super::section::section;

section! {
    /// The sink `log`.
    LogSink, prefix "sinks.log." {
        /// whether every change of a record is a line of the program's own log, as `portcullis::changes` at level `info`
        enabled: bool = false;
    }
}

impl LogSink {
    /// The sink, if it is turned on.
    pub(crate) fn sink(&self) -> Option<Arc<dyn Sink>> {
        let sink = || Arc::new(deliver::LogSink) as Arc<dyn Sink>;
        self.enabled.value.then(sink)
    }
}

/// The sinks as the writer knows them.
pub(crate) fn effects(sinks: &[Arc<dyn Sink>]) -> impl Iterator<Item = Arc<dyn EffectSource>> {
    sinks.iter().map(|sink| Arc::clone(sink) as _)
}
