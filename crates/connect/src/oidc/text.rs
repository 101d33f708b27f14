//! What comes from outside, compared and shown.

use subtle::ConstantTimeEq as _;

/// The most letters of what a provider says that are shown.
const SHOWN: usize = 300;

/// Compares without telling by the time it takes how much is right.
pub(super) fn same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

/// What a provider says, as one short line.
pub(super) fn shown(text: &str) -> String {
    let plain = |c: &char| matches!(c, ' '..='~');
    text.chars().filter(plain).take(SHOWN).collect()
}
