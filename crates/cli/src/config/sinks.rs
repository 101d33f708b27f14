//! `[sinks.*]`: where outside what is committed is followed.

use std::sync::Arc;

use portcullis_app::deliver::{self, Sink};
use portcullis_store::EffectSource;

use super::section::{Section, section};

/// Makes the sinks there are: each a section, whose `sink` is what it makes if it is turned on.
macro_rules! sinks {
    ($($name:ident: $Sink:ident),+ $(,)?) => {
        /// The settings of every sink.
        #[derive(Clone, Debug, Default)]
        pub(crate) struct Sinks {
            $($name: $Sink,)+
        }

        impl Sinks {
            pub(super) fn sections(&mut self) -> Vec<&mut dyn Section> {
                vec![$(&mut self.$name),+]
            }

            /// Those that are turned on.
            pub(super) fn turned_on(&self) -> Vec<Arc<dyn Sink>> {
                [$(self.$name.sink()),+].into_iter().flatten().collect()
            }
        }
    };
}

sinks! {
    log: LogSink,
}

section! {
    /// The sink `log`.
    LogSink, prefix "sinks.log." {
        /// whether every change of a record is a line of the program's own log, as `portcullis::changes` at level `info`
        enabled: bool = false;
    }
}

impl LogSink {
    /// The sink, if it is turned on.
    fn sink(&self) -> Option<Arc<dyn Sink>> {
        let sink = || Arc::new(deliver::LogSink) as Arc<dyn Sink>;
        self.enabled.value.then(sink)
    }
}

/// The sinks as the writer knows them.
pub(crate) fn effects(sinks: &[Arc<dyn Sink>]) -> impl Iterator<Item = Arc<dyn EffectSource>> {
    sinks.iter().map(|sink| Arc::clone(sink) as _)
}
