//! How much a source keeps.

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
    pub(super) const fn is_nothing(self) -> bool {
        self.users == 0 && self.groups == 0 && self.apps == 0
    }
}
