//! Which edits give more than there was.

use crate::{Edit, Validity};

/// Whether an edit starts a fact, lets it begin earlier or moves its end later.
pub(super) fn reaches_further<T>(edit: &Edit<T>, validity: impl Fn(&T) -> Validity) -> bool {
    match (&edit.before, &edit.after) {
        (None, Some(_)) => true,
        (Some(before), Some(after)) => {
            let (was, is) = (validity(before), validity(after));
            is.until > was.until || is.from < was.from
        }
        (_, None) => false,
    }
}
