//! Bounds for compiling, and what they refuse.

/// Bounds and thresholds for compiling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EngineOptions {
    /// Most rules (default 1,000,000).
    pub rules: usize,
    /// Memory that the list's compiled patterns may keep, in bytes (default 64 MiB). Patterns beyond it
    /// give the same answers but are compiled for each use.
    ///
    /// What grows while patterns run comes on top, for each thread that runs them at the same time: 256 KiB
    /// at most for each of the first 256 expressions that run on their own, as much once for all others;
    /// and for expressions that run together, 1 MiB and about twice their program for every 8 MiB of it.
    pub pattern_bytes: usize,
    /// Longest list that is walked without an index (default 4).
    pub direct_rules: usize,
    /// Most rules of one type and action that are walked without looking at their conditions' values
    /// first (default 4).
    pub direct_bucket: usize,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            rules: 1_000_000,
            pattern_bytes: 64 << 20,
            direct_rules: 4,
            direct_bucket: 4,
        }
    }
}

impl EngineOptions {
    /// The same bounds with an index for every list, however short.
    #[must_use]
    pub fn always_indexed(mut self) -> Self {
        self.direct_rules = 0;
        self.direct_bucket = 0;
        self
    }

    /// The same bounds with this much memory for patterns.
    #[must_use]
    pub fn pattern_bytes(mut self, bytes: usize) -> Self {
        self.pattern_bytes = bytes;
        self
    }
}

/// Why a list cannot be compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CompileError {
    /// The list has more rules than the limit.
    #[error("the list has {rules} rules, at most {limit} are allowed; split it by resource type")]
    TooManyRules {
        /// How many there are.
        rules: usize,
        /// The limit they pass.
        limit: usize,
    },
    /// A rule's conditions nest deeper than any document may.
    #[error("the conditions of rule {rule} nest too deeply; validate lists that are built in code")]
    TooDeep {
        /// The rule, counted from 0.
        rule: usize,
    },
}
