//! How large a document may be.

use crate::pattern::PatternLimits;

/// Bounds that a document must keep; beyond them it is refused, never cut short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest document, in bytes (default 16 MiB).
    pub document_bytes: usize,
    /// Most rules in a list (default 100,000).
    pub rules: usize,
    /// Deepest nesting of condition sets inside a rule (default 64, never more than 128).
    pub depth: usize,
    /// Most items in one list or map: names, conditions, or values of a literal (default 10,000).
    pub items: usize,
    /// Bounds on each pattern.
    pub pattern: PatternLimits,
    /// Most diagnostics reported; further ones are only counted (default 1,000).
    pub diagnostics: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            document_bytes: 16 << 20,
            rules: 100_000,
            depth: 64,
            items: 10_000,
            pattern: PatternLimits::default(),
            diagnostics: 1000,
        }
    }
}

impl Limits {
    pub(super) fn condition_depth(&self) -> usize {
        self.depth.min(128)
    }

    /// Levels of JSON lists and maps: a condition set may take two, and the rule around it a few more.
    pub(super) fn json_depth(&self) -> usize {
        self.condition_depth() * 2 + 16
    }
}
