//! How names, keys and other texts of a repository stand in what is shown: as code, which neither Markdown
//! nor a terminal makes anything of.
//!
//! In a code span there are no links, no mentions, no HTML and no emphasis. What could end it, or the cell
//! of a table it stands in, or cannot be seen is written as `\u{…}`.

/// Longer texts are cut.
const LONGEST: usize = 160;

/// The text as code.
pub(super) fn code(text: &str) -> String {
    let mut shown = String::from("`");
    for c in text.chars().take(LONGEST) {
        let is_odd_space = c.is_whitespace() && c != ' ';
        if matches!(c, '`' | '|') || is_odd_space {
            shown.extend(c.escape_unicode());
        } else if matches!(c, '\'' | '"' | '\\') {
            shown.push(c);
        } else {
            shown.extend(c.escape_debug());
        }
    }
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    if text.trim().is_empty() {
        shown.push_str("(nothing)");
    }
    shown.push('`');
    shown
}

/// A count with its noun.
pub(super) fn count(n: usize, one: &str, many: &str) -> String {
    let noun = if n == 1 { one } else { many };
    format!("{} {noun}", number(n))
}

/// A number with a comma for each thousand.
pub(super) fn number(n: usize) -> String {
    let digits = n.to_string();
    let mut all = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            all.push(',');
        }
        all.push(digit);
    }
    all
}
