//! `[sinks.log]`.

use std::sync::Arc;

use portcullis_app::deliver::{self, Sink};

use crate::config::section::section;

section! {
    /// The sink `log`.
    LogSink, prefix "sinks.log." {
        /// whether every change of a record is a line of the program's own log, as `portcullis::changes` at level `info`
        enabled: bool = false;
    }
}

impl LogSink {
    /// The sink, if it is turned on.
    pub(super) fn sink(&self) -> Option<Arc<dyn Sink>> {
        let sink = || Arc::new(deliver::LogSink) as Arc<dyn Sink>;
        self.enabled.value.then(sink)
    }
}
