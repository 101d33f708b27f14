//! What all sinks that write to people know of the portal and of waiting.

use std::time::Duration;

use portcullis_app::notices::EventFilter;

/// The portal, as messages lead to it.
#[derive(Clone, Debug, Default)]
pub struct Portal {
    /// Where people reach it, without a slash at the end; nothing where that is not known.
    pub url: Option<String>,
}

impl Portal {
    pub(crate) fn link(&self, path: &str) -> Option<String> {
        Some(format!("{}{path}", self.url.as_deref()?))
    }
}

/// How a channel, or a person, is written to.
#[derive(Clone, Debug)]
pub struct Channel {
    /// The sink's name.
    pub name: String,
    /// Which events are told; of no matter where each person is written to.
    pub events: EventFilter,
    /// How long what is to be told waits for more.
    pub bundle_after: Duration,
    /// Where messages lead.
    pub portal: Portal,
}
