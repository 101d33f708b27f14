//! What this process has done since it started. Counted without a lock, because decisions are counted too.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::StatusCode;

static ANSWERED: [AtomicU64; 5] = [const { AtomicU64::new(0) }; 5];
static PERMITTED: AtomicU64 = AtomicU64::new(0);
static DENIED: AtomicU64 = AtomicU64::new(0);

/// Counts an answer.
pub(crate) fn answered(status: StatusCode) {
    let class = usize::from(status.as_u16() / 100);
    if let Some(count) = class.checked_sub(1).and_then(|class| ANSWERED.get(class)) {
        count.fetch_add(1, Ordering::Relaxed);
    }
}

/// Counts a decision.
pub(crate) fn decided(permitted: bool) {
    let count = if permitted { &PERMITTED } else { &DENIED };
    count.fetch_add(1, Ordering::Relaxed);
}

/// Answers so far, by the class of their status.
pub(super) fn answers() -> impl Iterator<Item = (String, u64)> {
    (1..)
        .zip(&ANSWERED)
        .map(|(class, count)| (format!("{class}xx"), count.load(Ordering::Relaxed)))
}

/// Decisions so far.
pub(super) fn decisions() -> [(String, u64); 2] {
    [("permit", &PERMITTED), ("deny", &DENIED)]
        .map(|(decision, count)| (decision.to_owned(), count.load(Ordering::Relaxed)))
}
