//! A small generator of numbers that only depend on the seed (SplitMix64, public domain).

/// Repeatable choices; good enough to be varied, of no use for secrets.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// One that depends on `seed` only.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed ^ 0x5EED_0FAC_CE55)
    }

    /// Any number.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number in `0..below`; 0 if that is empty.
    pub fn below(&mut self, below: usize) -> usize {
        if below == 0 {
            return 0;
        }
        usize::try_from(self.next() % below as u64).unwrap_or_default()
    }

    /// A number in `from..=to`.
    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        let span = usize::try_from(to - from + 1).unwrap_or(1);
        from + i64::try_from(self.below(span)).unwrap_or_default()
    }

    /// True in `percent` of a hundred cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of `all`.
    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        all.get(self.below(all.len()))
    }

    /// The place of a weight among `weights`, in proportion.
    pub fn weighted(&mut self, weights: impl Iterator<Item = usize> + Clone) -> usize {
        let mut left = self.below(weights.clone().sum());
        for (at, weight) in weights.enumerate() {
            if left < weight {
                return at;
            }
            left -= weight;
        }
        0
    }
}
