//! Small texts of sentences.

use portcullis_model::{Expiry, MembershipKind, Timestamp};

/// A moment as people read it: `13 Mar 2027, 10:02 UTC`.
pub(super) fn moment(at: Timestamp) -> String {
    at.to_jiff().strftime("%-d %b %Y, %H:%M UTC").to_string()
}

/// ` until 13 Mar 2027, 10:02 UTC`, or ` without an end`.
pub(super) fn until(end: Expiry) -> String {
    match end.instant() {
        Some(at) => format!(" until {}", moment(at)),
        None => " without an end".to_owned(),
    }
}

/// `a member`, `an owner`.
pub(super) const fn one(kind: MembershipKind) -> &'static str {
    match kind {
        MembershipKind::Member => "a member",
        MembershipKind::Owner => "an owner",
    }
}
