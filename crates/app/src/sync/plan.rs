//! What comes out when a source is compared with the world.

use std::collections::BTreeMap;

use portcullis_model::Change;

use super::{Drift, FactKind};

/// What is to be done, what stays different, and how much is at stake.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// What is to be done, in order; ends first, because what comes may need their room.
    pub edits: Vec<Change>,
    /// What differs and is not the source's to change.
    pub drift: Vec<Drift>,
    /// How many facts there are in what the source knows completely.
    pub counts: BTreeMap<FactKind, Count>,
}

/// Facts of one kind in what a source knows completely.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Those on record that are the source's and not past.
    pub held: usize,
    /// Those of them that would end.
    pub ended: usize,
    /// What the source says, whoever granted it.
    pub said: usize,
}

impl std::iter::Sum for Count {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |a, b| Self {
            held: a.held + b.held,
            ended: a.ended + b.ended,
            said: a.said + b.said,
        })
    }
}
