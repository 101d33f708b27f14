//! Delivering what commits mean outside. Here is what is pure of it: what a sink is asked to do, what
//! its answers mean, and when a delivery is tried again. Claiming, calling and writing receipts is
//! `tasks::run_delivery`'s.
//!
//! A delivery happens at least once. It happens again if the program crashes, or loses its database,
//! between the sink's answer and the receipt, if the sink answers later than its deadline, or if it
//! says that it failed when it had not. A sink that recognises [`Delivery::key`] makes that once.

mod answer;
mod log;
mod schedule;

use std::{future::Future, pin::Pin, time::Duration};

use portcullis_model::{Position, Timestamp};
use portcullis_store::{EffectSource, Leased};

pub use self::{
    answer::Answer,
    log::LogSink,
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
}

impl From<&Leased> for Delivery {
    fn from(leased: &Leased) -> Self {
        Self {
            key: leased.effect.dedup_key.clone(),
            payload: leased.effect.payload.clone(),
            position: leased.position,
            at: leased.at,
            attempt: leased.attempt,
        }
    }
}

/// A delivery under way.
pub type Delivering<'a> = Pin<Box<dyn Future<Output = Answer> + Send + 'a>>;

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

    /// The most deliveries in a minute; none means as many as come.
    fn most_a_minute(&self) -> Option<u32> {
        None
    }
}
