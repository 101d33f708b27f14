//! All sinks.

use std::{collections::BTreeSet, sync::Arc};

use portcullis_app::deliver::Sink;

use super::{
    common::{Around, ListedSink},
    log::LogSink,
    mail::SmtpSettings,
};
use crate::config::{section::Section, value::Source};

/// The settings of every sink.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sinks {
    log: LogSink,
    smtp: SmtpSettings,
    /// Those of which there may be several.
    listed: Vec<ListedSink>,
}

impl Sinks {
    pub(in crate::config) fn sections(&mut self) -> Vec<&mut dyn Section> {
        vec![&mut self.log, &mut self.smtp]
    }

    pub(in crate::config) fn add(&mut self, sink: ListedSink) {
        self.listed.push(sink);
    }

    /// What may be shown of those of which there may be several.
    pub(in crate::config) fn shown(&self) -> impl Iterator<Item = (String, String, Source)> {
        self.listed.iter().map(|sink| {
            let key = format!("{} sink `{}`", sink.kind, sink.name);
            (key, sink.shown.clone(), sink.source.clone())
        })
    }

    /// What does not go together.
    pub(in crate::config) fn faults(&self) -> Vec<String> {
        let mut faults = self.smtp.faults();
        let mut names = BTreeSet::new();
        for sink in self
            .listed
            .iter()
            .filter(|sink| !names.insert(sink.name.as_str()))
        {
            faults.push(format!(
                "{}: another sink is called `{}` already; give it a name of its own",
                sink.source, sink.name
            ));
        }
        faults
    }

    /// Whether any is turned on that reaches beyond this machine.
    pub(in crate::config) fn reach_out(&self) -> bool {
        self.smtp.is_on() || !self.listed.is_empty()
    }

    /// Those that are turned on and stay on this machine.
    pub(in crate::config) fn local(&self) -> Vec<Arc<dyn Sink>> {
        self.log.sink().into_iter().collect()
    }

    /// Those that reach beyond it, or what is wrong with them.
    pub(in crate::config) fn remote(&self, around: &Around) -> Result<Vec<Arc<dyn Sink>>, String> {
        let mail = self.smtp.sink(around).transpose()?;
        let listed = self.listed.iter().map(|sink| (sink.make)(around));
        Ok(mail.into_iter().chain(listed).collect())
    }
}
