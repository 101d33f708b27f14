//! A vector in chunks that are shared between versions of the world.
//!
//! Cloning copies one pointer; the first write after a clone copies the list of chunks, and each
//! chunk written to is copied once. Reading is two array accesses.

use std::sync::Arc;

const BITS: u32 = 7;
const CHUNK: usize = 1 << BITS;

#[derive(Debug)]
pub(super) struct Slab<T> {
    chunks: Arc<Vec<Arc<Vec<T>>>>,
    len: u32,
}

impl<T> Clone for Slab<T> {
    fn clone(&self) -> Self {
        Self {
            chunks: Arc::clone(&self.chunks),
            len: self.len,
        }
    }
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self {
            chunks: Arc::default(),
            len: 0,
        }
    }
}

impl<T: Clone> Slab<T> {
    pub(super) fn get(&self, index: u32) -> Option<&T> {
        self.chunks
            .get((index >> BITS) as usize)?
            .get(index as usize & (CHUNK - 1))
    }

    pub(super) fn get_mut(&mut self, index: u32) -> Option<&mut T> {
        if index >= self.len {
            return None;
        }
        let chunk = Arc::make_mut(&mut self.chunks).get_mut((index >> BITS) as usize)?;
        Arc::make_mut(chunk).get_mut(index as usize & (CHUNK - 1))
    }

    pub(super) fn push(&mut self, value: T) -> u32 {
        let index = self.len;
        let chunks = Arc::make_mut(&mut self.chunks);
        match chunks.last_mut().filter(|last| last.len() < CHUNK) {
            Some(last) => Arc::make_mut(last).push(value),
            None => {
                let mut chunk = Vec::with_capacity(CHUNK);
                chunk.push(value);
                chunks.push(Arc::new(chunk));
            }
        }
        self.len += 1;
        index
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        (0u32..).zip(self.chunks.iter().flat_map(|chunk| chunk.iter()))
    }

    /// The indexes at which the two may differ: those in chunks they do not share.
    pub(super) fn unshared<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = u32> + 'a {
        let most = self.chunks.len().max(other.chunks.len());
        (0..most)
            .filter(move |&i| match (self.chunks.get(i), other.chunks.get(i)) {
                (Some(a), Some(b)) => !Arc::ptr_eq(a, b),
                _ => true,
            })
            .flat_map(|i| {
                let first = (i as u32) << BITS;
                first..first + CHUNK as u32
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_keeps_its_values_when_the_original_changes() {
        let mut slab = Slab::default();
        for i in 0..300u32 {
            assert_eq!(slab.push(i), i);
        }
        let before = slab.clone();
        *slab.get_mut(200).unwrap() = 7;
        slab.push(300);
        assert_eq!(before.get(200), Some(&200));
        assert_eq!(slab.get(200), Some(&7));
        assert_eq!(before.get(300), None);
        let unshared: Vec<_> = slab.unshared(&before).collect();
        assert_eq!(
            (unshared.first(), unshared.last()),
            (Some(&128), Some(&383))
        );
        assert_eq!(
            slab.iter().map(|(_, v)| u64::from(*v)).sum::<u64>(),
            (0..=300).sum::<u64>() - 193
        );
    }
}
