//! As what somebody is in a group, which tags, requests and facts all speak of.

use crate::words;

words! {
    /// How somebody is in a group.
    pub enum MembershipKind {
        /// Has what the group confers.
        Member = "member",
        /// Decides who is in it.
        Owner = "owner",
    }
}

impl MembershipKind {
    /// `membership` or `ownership`, for sentences.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Member => "membership",
            Self::Owner => "ownership",
        }
    }
}
