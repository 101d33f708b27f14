//! Static analysis: what can be said about rule lists without any request.
//!
//! [`lint`](lint::lint) finds rules and conditions that do not do what their author may think,
//! [`diff`](diff::diff) finds requests that two lists answer differently. Both ask one solver
//! (`solve`) questions about a space of requests (`space`) built from the literals in the lists.
//! Changing rules does not belong here.

mod atoms;
mod candidates;
pub mod diff;
mod formula;
pub mod lint;
mod solve;
mod space;

/// Bounds on the work an analysis may do; past them it says less, never anything wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Steps of search for one question (default 20,000).
    pub steps: usize,
    /// Steps over all questions (default 5,000,000).
    pub total_steps: usize,
    /// Most other rules considered together with one rule (default 256).
    pub rules: usize,
}

impl Default for Effort {
    fn default() -> Self {
        Self {
            steps: 20_000,
            total_steps: 5_000_000,
            rules: 256,
        }
    }
}
