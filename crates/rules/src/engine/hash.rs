//! A fast hash for tables that only compiling fills.
//!
//! Requests look things up but never insert, so a requester cannot pile entries onto one slot; an author
//! who did so on purpose would only make a list as slow as one without an index.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

pub(super) type Map<K, V> = HashMap<K, V, BuildHasherDefault<FastHasher>>;
pub(super) type StrMap<V> = Map<Arc<str>, V>;

/// Folds eight bytes at a time by multiplication.
#[derive(Clone, Copy, Default)]
pub(super) struct FastHasher(u64);

const KEY: u64 = 0x9e37_79b9_7f4a_7c15;

impl FastHasher {
    #[inline]
    fn mix(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word ^ KEY) * u128::from(KEY.rotate_left(23) ^ word);
        self.0 = (product as u64) ^ ((product >> 64) as u64);
    }
}

impl Hasher for FastHasher {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let Some((word, tail)) = rest.split_first_chunk::<8>() {
            self.mix(u64::from_le_bytes(*word));
            rest = tail;
        }
        let mut last = bytes.len() as u64;
        if let (Some(low), Some(high)) = (rest.first_chunk::<4>(), rest.last_chunk::<4>()) {
            // The two overlap; together with the length they still tell all texts apart.
            last ^= u64::from(u32::from_le_bytes(*low)) << 32
                ^ u64::from(u32::from_le_bytes(*high)).rotate_left(8);
        } else {
            for &byte in rest {
                last = (last << 8) | u64::from(byte);
            }
        }
        self.mix(last);
    }

    #[inline]
    fn write_u8(&mut self, n: u8) {
        // Only the terminator of texts and small tags come here; they need no mixing of their own.
        self.0 = self.0.rotate_left(5) ^ u64::from(n);
    }

    #[inline]
    fn write_u32(&mut self, n: u32) {
        self.mix(n.into());
    }

    #[inline]
    fn write_u64(&mut self, n: u64) {
        self.mix(n);
    }

    #[inline]
    fn write_usize(&mut self, n: usize) {
        self.mix(n as u64);
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }
}
