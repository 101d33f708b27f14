//! `[limits]`: how much one caller, and all together, may ask for.

use std::time::Duration;

use portcullis_app::CLOCK_JUMP_DAYS;
use portcullis_model::{context::AtOnce, steady::SteadyTime};
use portcullis_web::{Connections, Limits};
use toml::de::DeValue;

use super::{
    section::section,
    value::{Value, Written, of_integer},
};

section! {
    /// How much one caller, and all together, may ask for.
    LimitSettings, prefix "limits." {
        /// how many connections there may be at once
        connections: Option<Count> => "half of the files the system lets the program open, 10,000 at most";
        /// how many of them from one address
        connections_per_address: Option<Count> => "three quarters of them";
        /// how many changes one user may send in a minute; 0 for any number
        writes_per_minute: Count = Count(Limits::default().writes_per_minute);
        /// how often one user may have rules looked through or compared in a minute; 0 for any number
        costly_per_minute: Count = Count(Limits::default().costly_per_minute);
        /// how many seconds answers are given [without having seen the log](#when-the-log-cannot-be-read), 3 at least
        stale_after: Seconds = Seconds(Limits::default().stale_after);
        /// how many seconds requests are still taken after the signal to stop, while [`/readyz`](../how-to/deploy.md#probes) says that the next should go elsewhere
        drain_seconds: Count = Count(0);
        /// how many days the clock may be away from the log and from the time that has passed before [it is not believed](#when-the-clock-jumps); 0 for any number
        clock_jump_days: Count = Count(CLOCK_JUMP_DAYS);
        /// how many grants may end at once because their time has come, before [somebody looks](#when-the-clock-jumps); 0 for any number
        ended_at_once: Option<Count> => "1,000, or a twentieth of all there are";
    }
}

impl LimitSettings {
    /// Somebody said that the clock is right.
    pub(crate) fn believe_the_clock(&mut self) {
        self.clock_jump_days.value = Count(0);
    }

    /// Holds the clock against the log and against the time that has passed.
    pub(crate) fn steady_time(&self) -> SteadyTime {
        SteadyTime::within_days(self.clock_jump_days())
    }

    /// How far the clock may be off.
    pub(crate) fn clock_jump_days(&self) -> u32 {
        self.clock_jump_days.value.0
    }

    /// For how long requests are still taken after the signal to stop.
    pub(crate) fn drain(&self) -> Duration {
        Duration::from_secs(self.drain_seconds.value.0.into())
    }

    /// How much may end at once because its time has come.
    pub(crate) fn ended_at_once(&self) -> AtOnce {
        match self.ended_at_once.value {
            None => AtOnce::Usual,
            Some(Count(0)) => AtOnce::Any,
            Some(Count(most)) => AtOnce::Most(usize::try_from(most).unwrap_or(usize::MAX)),
        }
    }

    /// As the web takes it.
    pub(crate) fn to_web(&self) -> Limits {
        let number = |count: Option<Count>| count.and_then(|count| usize::try_from(count.0).ok());
        let most = number(self.connections.value).unwrap_or_else(usual_connections);
        let mut connections = Connections::at_most(most.max(1));
        if let Some(most) = number(self.connections_per_address.value) {
            connections.per_address = most.max(1);
        }
        Limits {
            connections,
            writes_per_minute: self.writes_per_minute.value.0,
            costly_per_minute: self.costly_per_minute.value.0,
            stale_after: self.stale_after.value.0,
        }
    }
}

/// Half of the descriptors: the other half is for the database, files and what is beyond the limit.
fn usual_connections() -> usize {
    let most = Connections::default().most;
    #[cfg(unix)]
    {
        let files = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
        let half = files.and_then(|files| usize::try_from(files / 2).ok());
        half.map_or(most, |half| half.min(most))
    }
    #[cfg(not(unix))]
    most
}

/// How long the log may go unseen: longer than from one look to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seconds(Duration);

impl Value for Seconds {
    const WANTED: &'static str = "a whole number of seconds, 3 or more";

    fn parse(text: &str, _: &Written<'_>) -> Result<Self, String> {
        let seconds = text.trim().parse::<u32>().ok();
        let seconds = seconds.filter(|seconds| *seconds >= 3);
        let seconds = seconds.map(|seconds| Self(Duration::from_secs(seconds.into())));
        seconds
            .ok_or_else(|| format!("`{text}` is no whole number of seconds, 3 or more; write one"))
    }

    fn of_toml(value: &DeValue<'_>, written: &Written<'_>) -> Option<Result<Self, String>> {
        of_integer(value, written)
    }

    fn shown(&self) -> String {
        self.0.as_secs().to_string()
    }
}

/// A whole number, 0 or more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Count(u32);

impl Value for Count {
    const WANTED: &'static str = "a whole number, 0 or more";

    fn parse(text: &str, _: &Written<'_>) -> Result<Self, String> {
        let count = text.trim().parse().map(Self);
        count.map_err(|_| format!("`{text}` is no whole number, 0 or more; write one"))
    }

    fn of_toml(value: &DeValue<'_>, written: &Written<'_>) -> Option<Result<Self, String>> {
        of_integer(value, written)
    }

    fn shown(&self) -> String {
        self.0.to_string()
    }
}
