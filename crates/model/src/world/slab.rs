//! A vector in leaves that are shared between versions of the world.
//!
//! Cloning copies one pointer. The first write after a clone copies one leaf of 32 values, the
//! page of 128 leaf pointers above it and the list of pages: for a million values some 400
//! pointers, not one for each leaf. Reading is three array accesses.

use std::sync::Arc;

const LEAF_BITS: u32 = 5;
const LEAF: usize = 1 << LEAF_BITS;
const PAGE_BITS: u32 = 7;
const PAGE: usize = 1 << PAGE_BITS;

type Leaf<T> = Arc<Vec<T>>;
type Page<T> = Arc<Vec<Leaf<T>>>;

#[derive(Debug)]
pub(super) struct Slab<T> {
    pages: Arc<Vec<Page<T>>>,
    len: u32,
}

impl<T> Clone for Slab<T> {
    fn clone(&self) -> Self {
        Self {
            pages: Arc::clone(&self.pages),
            len: self.len,
        }
    }
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self {
            pages: Arc::default(),
            len: 0,
        }
    }
}

const fn place(index: u32) -> (usize, usize, usize) {
    (
        (index >> (LEAF_BITS + PAGE_BITS)) as usize,
        (index >> LEAF_BITS) as usize & (PAGE - 1),
        index as usize & (LEAF - 1),
    )
}

impl<T: Clone> Slab<T> {
    /// One more than the greatest index.
    pub(super) const fn len(&self) -> usize {
        self.len as usize
    }

    pub(super) fn get(&self, index: u32) -> Option<&T> {
        let (page, leaf, at) = place(index);
        self.pages.get(page)?.get(leaf)?.get(at)
    }

    pub(super) fn get_mut(&mut self, index: u32) -> Option<&mut T> {
        if index >= self.len {
            return None;
        }
        let (page, leaf, at) = place(index);
        let page = Arc::make_mut(&mut self.pages).get_mut(page)?;
        let leaf = Arc::make_mut(page).get_mut(leaf)?;
        Arc::make_mut(leaf).get_mut(at)
    }

    pub(super) fn push(&mut self, value: T) -> u32 {
        let index = self.len;
        let (page, leaf, _) = place(index);
        let pages = Arc::make_mut(&mut self.pages);
        if page == pages.len() {
            pages.push(Arc::default());
        }
        let leaves = Arc::make_mut(&mut pages[page]);
        if leaf == leaves.len() {
            leaves.push(Arc::new(Vec::with_capacity(LEAF)));
        }
        Arc::make_mut(&mut leaves[leaf]).push(value);
        self.len += 1;
        index
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        let leaves = self.pages.iter().flat_map(|page| page.iter());
        (0u32..).zip(leaves.flat_map(|leaf| leaf.iter()))
    }

    /// The indexes at which the two may differ: those in leaves they do not share.
    pub(super) fn unshared<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = u32> + 'a {
        let most = self.pages.len().max(other.pages.len());
        (0..most)
            .map(|page| (page, self.pages.get(page), other.pages.get(page)))
            .filter(|(_, a, b)| !same(*a, *b))
            .flat_map(|(page, a, b)| {
                (0..PAGE)
                    .filter(move |leaf| {
                        let leaf_of = |page: Option<&'a Page<T>>| page.and_then(|p| p.get(*leaf));
                        !same(leaf_of(a), leaf_of(b))
                    })
                    .map(move |leaf| page << PAGE_BITS | leaf)
            })
            .flat_map(|leaf| {
                let first = (leaf as u32) << LEAF_BITS;
                first..first + LEAF as u32
            })
    }
}

fn same<T>(a: Option<&Arc<T>>, b: Option<&Arc<T>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        (None, None) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_keeps_its_values_when_the_original_changes() {
        let mut slab = Slab::default();
        for i in 0..9_000u32 {
            assert_eq!(slab.push(i), i);
        }
        let before = slab.clone();
        *slab.get_mut(200).unwrap() = 7;
        slab.push(9_000);
        assert_eq!(before.get(200), Some(&200));
        assert_eq!(slab.get(200), Some(&7));
        assert_eq!((before.get(9_000), slab.get(9_000)), (None, Some(&9_000)));
        assert_eq!((before.len(), slab.len()), (9_000, 9_001));
        let unshared: Vec<_> = slab.unshared(&before).collect();
        let expected: Vec<_> = (192..224).chain(8_992..9_024).collect();
        assert_eq!(unshared, expected);
        assert_eq!(
            slab.iter().map(|(_, v)| u64::from(*v)).sum::<u64>(),
            (0..=9_000).sum::<u64>() - 193
        );
    }
}
