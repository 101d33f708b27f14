//! How much each source keeps, counted as it changes.

use super::World;
use crate::ConnectorId;

/// How much a source keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Users of any kind.
    pub users: u32,
    /// Groups, roles and groups of apps.
    pub groups: u32,
    /// Apps.
    pub apps: u32,
}

impl Kept {
    const fn is_nothing(self) -> bool {
        self.users == 0 && self.groups == 0 && self.apps == 0
    }
}

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
