//! How much each source keeps, counted as it changes.

use super::{World, kept::Kept};
use crate::ConnectorId;

impl World {
    /// The sources that keep something, by name.
    pub fn sources(&self) -> impl Iterator<Item = (ConnectorId, Kept)> {
        self.sources.iter().map(|(source, kept)| (*source, *kept))
    }

    /// Counts a record that `before` kept and `after` keeps.
    pub(super) fn count_kept(
        &mut self,
        before: Option<ConnectorId>,
        after: Option<ConnectorId>,
        count: impl Fn(&mut Kept) -> &mut u32,
    ) {
        if before == after {
            return;
        }
        if let Some(before) = before
            && let Some(kept) = self.sources.get_mut(&before)
        {
            *count(kept) -= 1;
            if kept.is_nothing() {
                self.sources.remove(&before);
            }
        }
        if let Some(after) = after {
            *count(self.sources.entry(after).or_default()) += 1;
        }
    }
}
