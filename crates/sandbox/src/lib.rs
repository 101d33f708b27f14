//! The sample company, for `portcullis demo` and for tests: Harbourline, three hundred people by
//! default, with eighteen months of history.
//!
//! Nothing is written past the program: every step is an operation of `portcullis-app`, made by
//! somebody who may, guarded at its own time, and committed in order. The same `people`, `seed`
//! and `now` always give the same company.

mod catalog;
mod founding;
mod life;
mod names;
mod rng;
mod sample;
mod story;

use std::sync::Arc;

use portcullis_model::{Policy, Position, Refusal, Timestamp};
use portcullis_store::{CommitError, Live, Proposal};

pub use rng::Rng;
pub use sample::{Persona, Sample, Step};

/// The fewest people a company has: its heads and the people the demo offers.
pub const FEWEST: usize = 30;

/// Makes a company of `people` (at least [`FEWEST`]) as it would be at `now`.
///
/// # Errors
/// Only if a step breaks a rule of the model, which is a fault in the sample.
pub fn generate(people: usize, seed: u64, now: Timestamp) -> Result<Sample, Refusal> {
    life::live(people.max(FEWEST), seed, now, Arc::new(Policy::default()))
}

/// How many steps are on their way to the writer at once; it takes what waits as one batch.
const AT_ONCE: usize = 256;

/// Commits `steps` in order to an empty store, telling `progress` how many are done.
///
/// # Errors
/// Whatever stands against a step, or that the store cannot be written.
pub async fn commit(
    live: &Live,
    steps: Vec<Step>,
    mut progress: impl FnMut(usize),
) -> Result<Position, CommitError> {
    let mut done = 0;
    let mut steps = steps.into_iter().peekable();
    while steps.peek().is_some() {
        let batch: Vec<_> = steps
            .by_ref()
            .take(AT_ONCE)
            .map(|Step { context, change }| live.commit(context, Proposal::of(change)))
            .collect();
        let size = batch.len();
        // INVARIANT: each is handed in at its first poll, so they arrive in order. A budget of the
        // runtime would interrupt that and put the first behind the last.
        for committed in tokio::task::unconstrained(futures::future::join_all(batch)).await {
            committed?;
        }
        done += size;
        progress(done);
    }
    Ok(live.world().position())
}
