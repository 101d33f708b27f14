//! What one call may spend on lists that somebody sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use regex_syntax::hir::Hir;

use crate::pattern::{PatternLimits, weight};

/// The work that may still be done for one call, all its parts together; clones share it.
///
/// A step is about one comparison of two values. What is spent stays spent:
/// after the first refusal everything is refused, so that a call soon ends.
///
/// ```
/// use portcullis_rules::Budget;
/// let budget = Budget::new(10);
/// assert!(budget.spend(7));
/// assert!(!budget.spend(7));
/// assert!(!budget.spend(1));
/// ```
#[derive(Clone, Debug)]
pub struct Budget(Arc<AtomicU64>);

impl Budget {
    /// So many steps.
    #[must_use]
    pub fn new(steps: u64) -> Self {
        Self(Arc::new(AtomicU64::new(steps)))
    }

    /// More steps than anybody waits for: for lists that the caller wrote.
    #[must_use]
    pub fn unlimited() -> Self {
        Self::new(u64::MAX)
    }

    /// Takes some steps; false if there are not as many.
    #[must_use]
    pub fn spend(&self, steps: u64) -> bool {
        let order = Ordering::Relaxed;
        let less = |left: u64| Some(left.saturating_sub(steps));
        let before = self.0.fetch_update(order, order, less);
        before.is_ok_and(|left| left > steps)
    }

    /// How many steps there still are.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Leaves nothing: whoever still spends of it stops.
    pub fn stop(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    /// Whether nothing is left, so that an answer may be incomplete.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.left() == 0
    }
}

/// What compiling an expression costs, in steps.
pub(crate) fn compiling(hir: &Hir, limits: &PatternLimits) -> u64 {
    // Steps for each byte; a program that passes its limit is given up on the way.
    const BYTE: usize = 3;
    let most = limits.program_bytes.saturating_mul(8);
    (weight(hir).min(most) * BYTE) as u64
}
