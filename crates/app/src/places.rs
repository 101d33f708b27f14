//! So many at a time: of all together, and of each one who asks.

use std::{
    collections::{HashMap, hash_map::Entry},
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

/// Places that are held for a while and given back when dropped.
#[derive(Debug)]
pub struct Places<K> {
    most: usize,
    most_of_one: usize,
    held: Arc<Mutex<Held<K>>>,
}

#[derive(Debug)]
struct Held<K> {
    all: usize,
    by: HashMap<K, usize>,
}

/// A place, held until it is dropped.
#[derive(Debug)]
pub struct Place<K: Copy + Eq + Hash> {
    by: K,
    held: Arc<Mutex<Held<K>>>,
}

impl<K: Copy + Eq + Hash> Places<K> {
    /// So many of all together, and of each.
    #[must_use]
    pub fn new(most: usize, most_of_one: usize) -> Self {
        let by = HashMap::new();
        Self {
            most,
            most_of_one,
            held: Arc::new(Mutex::new(Held { all: 0, by })),
        }
    }

    /// A place for `by`, if there is one.
    #[must_use]
    pub fn take(&self, by: K) -> Option<Place<K>> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let own = held.by.get(&by).copied().unwrap_or_default();
        if held.all >= self.most || own >= self.most_of_one {
            return None;
        }
        held.all += 1;
        held.by.insert(by, own + 1);
        drop(held);
        let held = Arc::clone(&self.held);
        Some(Place { by, held })
    }

    /// How many are held.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).all
    }
}

impl<K: Copy + Eq + Hash> Drop for Place<K> {
    fn drop(&mut self) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.all -= 1;
        if let Entry::Occupied(mut own) = held.by.entry(self.by) {
            *own.get_mut() -= 1;
            if *own.get() == 0 {
                own.remove();
            }
        }
    }
}
