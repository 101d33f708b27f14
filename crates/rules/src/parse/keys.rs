//! The keys of a map, each once.

use std::{borrow::Cow, collections::HashSet};

/// The keys of one map so far: few are compared one by one, many are hashed.
#[derive(Default)]
pub(super) struct Keys<'a> {
    few: Vec<Cow<'a, str>>,
    many: HashSet<Cow<'a, str>>,
}

impl<'a> Keys<'a> {
    /// Whether the key is new.
    pub(super) fn insert(&mut self, key: Cow<'a, str>) -> bool {
        const FEW: usize = 16;
        if self.many.is_empty() && self.few.len() < FEW {
            let new = !self.few.contains(&key);
            self.few.push(key);
            return new;
        }
        self.many.extend(self.few.drain(..));
        self.many.insert(key)
    }
}
