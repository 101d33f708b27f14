//! What is kept of a rule once its conditions are in the program.

use crate::syntax::Effect;

/// What visiting a rule needs.
pub(super) struct Compiled {
    pub(super) effect: Effect,
    pub(super) root: u32,
    pub(super) kinds: Names,
    pub(super) actions: Names,
}

/// What is left to check of a rule's names after its bucket was found; the lists are sorted.
pub(super) enum Names {
    Any,
    Only(Box<[u32]>),
    Except(Box<[u32]>),
}

impl Names {
    #[inline]
    pub(super) fn contain(&self, name: u32) -> bool {
        match self {
            Self::Any => true,
            Self::Only(names) => names.binary_search(&name).is_ok(),
            Self::Except(names) => names.binary_search(&name).is_err(),
        }
    }
}
