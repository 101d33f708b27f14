//! Texts that are the same but for case.

use std::borrow::Cow;

use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

/// Maps each character to one representative of its Unicode simple case-folding class.
///
/// Two texts are equal ignoring case exactly when their folded forms are the same.
///
/// ```
/// use portcullis_rules::fold;
/// assert_eq!(fold("ÉCOLE"), fold("école"));
/// assert_eq!(fold("\u{212a}"), "k");
/// assert_ne!(fold("ß"), fold("ss"));
/// ```
#[must_use]
pub fn fold(text: &str) -> Cow<'_, str> {
    if text
        .bytes()
        .all(|b| b.is_ascii() && !b.is_ascii_uppercase())
    {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(fold_char).collect())
}

pub(super) fn fold_char(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let mut class = ClassUnicode::new([ClassUnicodeRange::new(c, c)]);
    class.case_fold_simple();
    let least = class.ranges().first().map_or(c, ClassUnicodeRange::start);
    least.to_ascii_lowercase()
}
