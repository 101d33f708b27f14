//! What is told of a comparison of the tables with the log.

/// What comparing the tables with the log found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// How many rows were compared.
    pub rows: u64,
    /// What differs: the first of it, in words. Nothing where the tables are as the log says.
    pub differences: Vec<String>,
    /// Whether more differs than is told.
    pub more: bool,
}

impl Compared {
    /// So many differences are told.
    pub(crate) const TOLD: usize = 20;

    /// How many are told, and one more where there are more.
    pub(crate) fn count(&self) -> usize {
        self.differences.len() + usize::from(self.more)
    }

    pub(crate) fn tell(&mut self, difference: String) {
        if self.differences.len() < Self::TOLD {
            self.differences.push(difference);
        } else {
            self.more = true;
        }
    }
}
