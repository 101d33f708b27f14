//! How large a pattern may be.

/// Bounds on a single pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PatternLimits {
    /// Longest pattern text, in bytes (default 4,096).
    pub text_bytes: usize,
    /// Largest compiled program, in bytes (default 2 MiB).
    pub program_bytes: usize,
    /// Deepest nesting of groups (default 32, never more than 50).
    pub depth: usize,
}

impl Default for PatternLimits {
    fn default() -> Self {
        Self {
            text_bytes: 4096,
            program_bytes: 2 << 20,
            depth: 32,
        }
    }
}
