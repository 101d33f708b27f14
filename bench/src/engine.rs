//! What is measured: an engine, and what measures it.

use crate::workload::Workload;

/// Measures a check that answers one prepared question.
pub(crate) type Measure<'m> = dyn FnMut(&mut dyn FnMut() -> bool) + 'm;

/// An engine and the largest list that it is worth waiting for.
pub(crate) struct Engine {
    pub(crate) name: &'static str,
    pub(crate) largest: usize,
    /// Loads the workload and hands a check to the measurement, unless the engine cannot say it.
    pub(crate) run: fn(&Workload, &mut Measure<'_>),
}
