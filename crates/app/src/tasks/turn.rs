//! Taking turns: what one replica does at a time, and another goes on with once that one is gone.
//!
//! What is done so does no harm if it is done twice: the turn saves work and keeps replicas from
//! getting in each other's way, and nothing is wrong where a clock is.

use std::sync::atomic::{AtomicBool, Ordering};

use portcullis_store::StoreError;

use crate::App;

/// For so long nobody else does it after whoever did was last heard of, in seconds.
const HELD_SECONDS: i64 = 30;

/// The turn of this program for one task.
pub(super) struct Turn {
    app: App,
    task: &'static str,
    held: AtomicBool,
}

impl Turn {
    pub(super) const fn of(app: App, task: &'static str) -> Self {
        Self {
            app,
            task,
            held: AtomicBool::new(false),
        }
    }

    /// Whether it is this program's turn, now and for a while; whether it can be known is told in the log.
    pub(super) async fn is_ours(&self) -> bool {
        let taken = self.take().await;
        taken.unwrap_or_else(|error| {
            tracing::warn!(%error, task = self.task, "could not see whose turn it is; trying again");
            false
        })
    }

    async fn take(&self) -> Result<bool, StoreError> {
        let now = self.app.time().steady;
        let until = now.plus_seconds(HELD_SECONDS);
        let holder = self.app.instance();
        let taken = self.app.store().take_turn(self.task, holder, now, until);
        let taken = taken.await?;
        if taken != self.held.swap(taken, Ordering::Relaxed) {
            let whose = if taken { "here" } else { "by another server" };
            tracing::info!(task = self.task, "done {whose} from now on");
        }
        Ok(taken)
    }
}
