//! Delivering what commits mean outside. Here is what is pure of it: what a sink is asked to do, what
//! its answers mean, and when a delivery is tried again. Claiming, calling and writing receipts is
//! `tasks::run_delivery`'s.
//!
//! A delivery happens at least once. It happens again if the program crashes, or loses its database,
//! between the sink's answer and the receipt, if the sink answers later than its deadline, or if it
//! says that it failed when it had not. A sink that recognises [`Delivery::key`] makes that once.

mod answer;
mod log;
mod operator;
mod people;
mod schedule;

use std::{future::Future, pin::Pin, time::Duration};

use portcullis_model::{Position, Timestamp};
use portcullis_store::{Effect, EffectSource, Leased};

use crate::notices::Notice;

pub use self::{
    answer::Answer,
    log::LogSink,
    operator::{OutboxDecided, OutboxDecision, Tried, try_out, writes_to},
    people::{of_channel, of_people, read, to_person},
    schedule::{Budget, Schedule},
};

/// Something to do outside.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// What it is: the same in every attempt, and for every commit that means the same.
    pub key: String,
    /// What to do, as the sink itself wrote it down.
    pub payload: serde_json::Value,
    /// The commit it follows from.
    pub position: Position,
    /// When that was.
    pub at: Timestamp,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// When this attempt is made.
    pub now: Timestamp,
    /// What is delivered with it, in order: more for the same ordering key, where the sink takes it together.
    pub rest: Vec<Self>,
}

impl Delivery {
    /// What is delivered at `now`: the oldest, and what comes with it.
    pub(crate) fn of(leased: &[Leased], now: Timestamp) -> Option<Self> {
        let one = |leased: &Leased| Self {
            key: leased.effect.dedup_key.clone(),
            payload: leased.effect.payload.clone(),
            position: leased.position,
            at: leased.at,
            attempt: leased.attempt,
            now,
            rest: Vec::new(),
        };
        let (first, rest) = leased.split_first()?;
        let rest = rest.iter().map(one).collect();
        Some(Self { rest, ..one(first) })
    }

    /// All that is delivered together, in order.
    pub fn all(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.rest)
    }
}

/// A delivery under way.
pub type Delivering<'a> = Pin<Box<dyn Future<Output = Answer> + Send + 'a>>;

/// A look at whether a sink can be reached, under way; else a sentence that says why not.
pub type Checking<'a> = Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>>;

/// Somewhere outside that follows what is committed: says purely what a commit means there
/// ([`EffectSource`]), and does it.
pub trait Sink: EffectSource {
    /// Does what an effect of this sink says. Deliveries of different ordering keys run at once.
    fn deliver<'a>(&'a self, delivery: &'a Delivery) -> Delivering<'a>;

    /// How long one delivery may take. No answer until then counts as one to retry.
    fn deadline(&self) -> Duration {
        Duration::from_secs(30)
    }

    /// When failed deliveries are tried again, and when no more.
    fn schedule(&self) -> Schedule {
        Schedule::default()
    }

    /// How many deliveries may be under way at once.
    fn at_once(&self) -> u32 {
        64
    }

    /// How many effects of one ordering key are delivered as one, if so many wait: all with the same answer.
    fn together(&self) -> u32 {
        1
    }

    /// What a notice to one person is here, where people are written to. `key` is the notice's own.
    fn tell(&self, _notice: &Notice, _key: String) -> Option<Effect> {
        None
    }

    /// Whom it tells what, and by what way, as a sentence; nothing secret of it.
    fn told(&self) -> String;

    /// Whether it can be reached as it is set up, for whoever sets it up; without doing anything there.
    fn check(&self) -> Checking<'_> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// The most deliveries in a minute; none means as many as come.
    fn most_a_minute(&self) -> Option<u32> {
        None
    }
}
