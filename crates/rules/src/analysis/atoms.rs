//! What is asked of a request, in parts that cannot be taken apart further.

use std::collections::HashMap;

use crate::syntax::{Operand, Operator, SlugSet};

/// One yes-no-undecided question about a request; conditions have positive operators.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Atom {
    Type(SlugSet),
    Action(SlugSet),
    Condition(Operand, Operator, Operand),
}

/// The distinct atoms of a question.
#[derive(Default)]
pub(super) struct Atoms {
    pub(super) list: Vec<Atom>,
    index: HashMap<Atom, usize>,
}

impl Atoms {
    pub(super) fn index(&mut self, atom: Atom) -> usize {
        if let Some(&index) = self.index.get(&atom) {
            return index;
        }
        self.list.push(atom.clone());
        self.index.insert(atom, self.list.len() - 1);
        self.list.len() - 1
    }
}
