//! What the settings of several sinks have in common.

use std::{sync::Arc, time::Duration};

use portcullis_app::{deliver::Sink, notices::EventFilter};
use portcullis_connect::{
    Channel, Portal,
    http::{Http, Reach, Url},
};

use crate::{
    config::{
        secret::Secret,
        value::{Source, Sourced},
    },
    failure::or_meant,
};

/// What a sink is made with, beside its own settings.
pub(crate) struct Around {
    pub(crate) http: Http,
    pub(crate) portal: Portal,
    pub(crate) bundle_after: Duration,
    /// Certificates that are trusted beside the system's, in PEM.
    pub(crate) authorities: Option<Vec<u8>>,
}

impl Around {
    pub(super) fn channel(&self, name: &str, events: EventFilter) -> Channel {
        Channel {
            name: name.to_owned(),
            events,
            bundle_after: self.bundle_after,
            portal: self.portal.clone(),
        }
    }
}

/// Makes a sink of settings that were found to be right.
pub(super) type Make = Arc<dyn Fn(&Around) -> Arc<dyn Sink> + Send + Sync>;

/// A sink of the configuration.
#[derive(Clone)]
pub(crate) struct ListedSink {
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    /// What may be shown of it.
    pub(crate) shown: String,
    pub(crate) source: Source,
    pub(super) make: Make,
}

impl std::fmt::Debug for ListedSink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}: {} sink `{}` {}",
            self.source, self.kind, self.name, self.shown
        )
    }
}

/// Names of sinks that are there once.
const OURS: [&str; 2] = ["log", "smtp"];

/// The name of a sink of which there may be several.
pub(super) fn name(name: Option<String>) -> Result<String, String> {
    let name = name.filter(|name| !name.is_empty());
    let name =
        name.ok_or("the sink has no `name`; give it one, under which its deliveries are listed")?;
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
    if OURS.contains(&name.as_str()) || name.len() > 40 || !name.chars().all(word) {
        return Err(format!(
            "`{name}` cannot name a sink; use up to 40 lower-case letters, digits, hyphens and underscores, and neither `log` nor `smtp`"
        ));
    }
    Ok(name)
}

/// Where a URL may lead.
pub(super) const fn reach(allow_private: bool) -> Reach {
    if allow_private {
        Reach::Anywhere
    } else {
        Reach::Public
    }
}

/// The URL of a sink. An error says nothing of it: paths are secrets.
pub(super) fn url(url: &Sourced<Option<Secret>>, allow_private: bool) -> Result<Url, String> {
    let secret = url.value.as_ref();
    let secret = secret.ok_or("the sink has no `url`; write where it is")?;
    // Nothing is sent there: what sends does not start without its secrets.
    let text = match secret.is_missing() {
        true => "https://missing.invalid/",
        false => secret.reveal(),
    };
    let url: Url = text
        .parse()
        .map_err(|_| "`url` is no URL; write one that begins with https://")?;
    match (url.scheme(), allow_private) {
        ("https", _) | ("http", true) if url.has_host() => Ok(url),
        ("http", false) => Err(
            "`url` goes over http, which anybody on the way can read; use https, or `allow_private = true` for a receiver in your own network"
                .to_owned(),
        ),
        _ => Err("`url` is no URL of the web; write one that begins with https://".to_owned()),
    }
}

/// Which events are told.
pub(super) fn events(names: &[String]) -> Result<EventFilter, String> {
    EventFilter::parse(names.iter().map(String::as_str)).map_err(|wrong| {
        let known: Vec<_> = EventFilter::names().collect();
        let meant = or_meant(
            wrong,
            known.iter().map(String::as_str),
            "see docs/reference/events.md",
        );
        format!("`events` names `{wrong}`, and there is no such event{meant}")
    })
}

/// All that is wrong, with where it stands.
pub(super) fn faults<const N: usize>(source: &Source, wrong: [Option<String>; N]) -> Vec<String> {
    wrong
        .into_iter()
        .flatten()
        .map(|wrong| format!("{source}: {wrong}"))
        .collect()
}
