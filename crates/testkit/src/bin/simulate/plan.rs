//! What is simulated, and what is broken on purpose.

/// What is broken on purpose, to see that the checks notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Break {
    /// Every effect has an ordering key of its own.
    Order,
    /// Effects that are the same have different keys.
    Dedup,
    /// After a crash the sinks are forgotten.
    Loss,
    /// Receipts are forgotten.
    Receipt,
    /// A source may end whatever it likes.
    Fuse,
}

/// What a run is made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) days: u32,
    pub(crate) people: usize,
    pub(crate) broken: Option<Break>,
}
