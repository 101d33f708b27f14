//! Users and groups by number, and maps by number or id that need little hashing.

use imbl::{GenericHashMap, shared_ptr::DefaultSharedPtr};
use uuid::Uuid;

/// A number for a user or group inside one lineage of worlds.
pub(super) type Ix = u32;

/// Ids are random in their lower half already; the last eight bytes are hash enough.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct IdHasher(u64);

impl std::hash::Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0.wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut eight = [0; 8];
            eight[..chunk.len()].copy_from_slice(chunk);
            self.0 = self.0.rotate_left(26) ^ u64::from_le_bytes(eight);
        }
    }
}

/// Mixes the small numbers of users and groups, which a map would otherwise find side by side.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct IxHasher(u64);

impl std::hash::Hasher for IxHasher {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u32(u32::from(*byte));
        }
    }
    fn write_u32(&mut self, number: u32) {
        self.0 = (self.0.rotate_left(5) ^ u64::from(number)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
    fn write_isize(&mut self, number: isize) {
        self.write_u32(number as u32);
    }
}

pub(super) type IxMap<K, V> =
    std::collections::HashMap<K, V, std::hash::BuildHasherDefault<IxHasher>>;

pub(super) type IdSet<T> =
    std::collections::HashSet<crate::Id<T>, std::hash::BuildHasherDefault<IdHasher>>;

pub(super) type IdMap<V> =
    GenericHashMap<Uuid, V, std::hash::BuildHasherDefault<IdHasher>, DefaultSharedPtr>;
