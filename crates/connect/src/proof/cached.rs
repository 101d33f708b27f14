//! What is fetched once for many: kept for an hour, fetched by one caller at a time. Whoever finds what is kept
//! never waits for a fetch.

use std::sync::{Arc, PoisonError, RwLock};

use portcullis_model::Timestamp;
use tokio::sync::Mutex;

use super::fault::Fault;

/// How many seconds it is kept.
const KEPT: u64 = 3600;
/// How many seconds lie between two fetches at least where what is kept would still do.
const BETWEEN: u64 = 5;

/// A value of another machine.
#[derive(Debug)]
pub(crate) struct Cached<T> {
    held: RwLock<Option<(Arc<T>, Timestamp)>>,
    /// When a fetch last began; held for as long as one goes on.
    tried: Mutex<Option<Timestamp>>,
}

impl<T> Default for Cached<T> {
    fn default() -> Self {
        Self {
            held: RwLock::default(),
            tried: Mutex::default(),
        }
    }
}

impl<T> Cached<T> {
    /// What is kept, or else fetched.
    pub(crate) async fn get(
        &self,
        now: Timestamp,
        fetch: impl Future<Output = Result<T, Fault>>,
    ) -> Result<Arc<T>, Fault> {
        if let Some(value) = self.fresh(now) {
            return Ok(value);
        }
        let mut tried = self.tried.lock().await;
        if let Some(value) = self.fresh(now) {
            return Ok(value);
        }
        *tried = Some(now);
        Ok(self.keep(fetch.await?, now))
    }

    /// Something newer than `seen`, which does not do. Nothing where that was fetched a moment ago.
    pub(crate) async fn newer(
        &self,
        seen: &Arc<T>,
        now: Timestamp,
        fetch: impl Future<Output = Result<T, Fault>>,
    ) -> Result<Option<Arc<T>>, Fault> {
        let mut tried = self.tried.lock().await;
        let other = self.fresh(now).filter(|value| !Arc::ptr_eq(value, seen));
        if other.is_some() {
            return Ok(other);
        }
        if tried.is_some_and(|at| seconds_between(at, now) < BETWEEN) {
            return Ok(None);
        }
        *tried = Some(now);
        Ok(Some(self.keep(fetch.await?, now)))
    }

    /// What is kept, however old.
    pub(crate) fn last(&self) -> Option<Arc<T>> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        held.as_ref().map(|(value, _)| value.clone())
    }

    fn fresh(&self, now: Timestamp) -> Option<Arc<T>> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        let (value, at) = held.as_ref()?;
        (seconds_between(*at, now) < KEPT).then(|| value.clone())
    }

    fn keep(&self, value: T, now: Timestamp) -> Arc<T> {
        let value = Arc::new(value);
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        *held = Some((value.clone(), now));
        value
    }
}

/// Seconds between two times, whichever is the earlier: a clock that was set back keeps nothing for longer.
fn seconds_between(a: Timestamp, b: Timestamp) -> u64 {
    a.max(b).seconds_since(a.min(b)).unsigned_abs()
}
