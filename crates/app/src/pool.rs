//! A few threads for what takes long: looking through lists of rules and compiling them.
//!
//! The writer, the health check and everything else that is short never waits for these. Who asks
//! too much, or goes away, is turned off: work spends of a [`Budget`] that is stopped when nobody
//! waits for it any more.

use std::sync::Arc;

use portcullis_model::Actor;
use portcullis_rules::Budget;
use tokio::sync::Semaphore;

use crate::places::Places;

/// Pieces of work at a time.
const THREADS: usize = 2;
/// Pieces of work that run or wait, of all callers together.
const MOST: usize = 32;
/// Of one caller.
const MOST_OF_ONE: usize = 4;
/// What one piece may spend: some seconds.
const STEPS: u64 = 60_000_000;

/// There is no room for more work at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("others wait for work that takes long; try again in a moment")]
pub struct Busy;

/// Runs what takes long.
pub struct Pool {
    threads: Arc<Semaphore>,
    callers: Places<Actor>,
}

impl Default for Pool {
    fn default() -> Self {
        Self {
            threads: Arc::new(Semaphore::new(THREADS)),
            callers: Places::new(MOST, MOST_OF_ONE),
        }
    }
}

impl Pool {
    /// Runs `work` for `caller` on one of the threads. Where this future is dropped, the work's
    /// budget is stopped, or it never begins.
    ///
    /// # Errors
    /// [`Busy`] where too much waits already, of this caller or of all.
    pub async fn run<T: Send + 'static>(
        &self,
        caller: Actor,
        work: impl FnOnce(&Budget) -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let place = self.callers.take(caller).ok_or(Busy)?;
        let thread = Arc::clone(&self.threads).acquire_owned().await;
        let thread = thread.map_err(|_| Busy)?;
        let listening = Listening(Budget::new(STEPS));
        let budget = listening.0.clone();
        let working = tokio::task::spawn_blocking(move || {
            // Both are given back when the work has ended, also where nobody waits for it any more.
            let _held = (place, thread);
            work(&budget)
        });
        match working.await {
            Ok(done) => Ok(done),
            // A bug is the caller's to report, as if it had happened on this thread.
            Err(failed) => std::panic::resume_unwind(failed.into_panic()),
        }
    }

    /// How many pieces of work run or wait.
    #[must_use]
    pub fn load(&self) -> usize {
        self.callers.taken()
    }
}

/// Somebody waits for what is done with the budget.
struct Listening(Budget);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.stop();
    }
}

#[cfg(test)]
mod tests {
    use portcullis_model::{ConnectorId, SystemActor};

    use super::*;

    #[tokio::test]
    async fn work_stops_when_nobody_waits_for_it() {
        let pool = Arc::new(Pool::default());
        let (begun, begins) = tokio::sync::oneshot::channel();
        let (ended, ends) = tokio::sync::oneshot::channel();
        let asking = {
            let pool = Arc::clone(&pool);
            tokio::spawn(async move {
                let work = move |budget: &Budget| {
                    begun.send(()).unwrap();
                    // Only being stopped ends this.
                    while !budget.is_spent() {
                        std::thread::yield_now();
                    }
                    ended.send(()).unwrap();
                };
                pool.run(Actor::System(SystemActor::Time), work).await
            })
        };
        begins.await.unwrap();
        assert_eq!(pool.load(), 1);
        asking.abort();
        ends.await.unwrap();
        while pool.load() > 0 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn one_caller_and_all_together_have_so_many_places() {
        let callers = Pool::default().callers;
        let time = Actor::System(SystemActor::Time);
        let own: Vec<_> = (0..MOST_OF_ONE)
            .map(|_| callers.take(time).unwrap())
            .collect();
        assert!(callers.take(time).is_none(), "a caller's are taken");
        let import = Actor::Connector(ConnectorId::IMPORT);
        assert!(callers.take(import).is_some());
        drop(own);
        assert!(callers.take(time).is_some());
        assert_eq!(callers.taken(), 0);
    }
}
