//! What a text looks like: the forms under which names are compared, and the characters that make two
//! names look the same.

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory as _};
use unicode_security::skeleton;

/// The letters as they were typed, in lower case. Earlier versions compared names by this: two names
/// of theirs may be one under [`key`], but never under this.
#[must_use]
pub(crate) fn fold(text: &str) -> String {
    text.trim().to_lowercase()
}

/// The form under which names are compared: lower case and in NFC, so that `Payroll` and `payroll`
/// collide, and so do the two ways of writing `zoë`.
#[must_use]
pub fn key(text: &str) -> String {
    let folded = fold(text);
    if folded.is_ascii() {
        folded
    } else {
        folded.nfc().collect()
    }
}

/// Whether a name can pass for another one only by being it: ASCII, and never two spaces in a row, which
/// are shown as one.
pub(crate) fn is_plain(text: &str) -> bool {
    let mut pairs = text.trim().as_bytes().windows(2);
    text.is_ascii() && !pairs.any(|pair| pair.iter().all(u8::is_ascii_whitespace))
}

/// The letters as people look for them: without regard to case, accents and forms of one letter.
#[must_use]
pub(crate) fn plain(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    // By way of upper case: only so do `ß` and `ss`, and the two small sigmas, become one.
    let letters = text.nfkd().filter(|c| !is_combining_mark(*c));
    let small = letters.flat_map(char::to_lowercase);
    let folded = small
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase);
    let mut plain = String::with_capacity(text.len());
    for c in folded {
        // Letters with a stroke, and two that are written as one, which no normal form takes apart.
        match c {
            'ł' => plain.push('l'),
            'ø' => plain.push('o'),
            'đ' | 'ð' => plain.push('d'),
            'ħ' => plain.push('h'),
            'ŧ' => plain.push('t'),
            'æ' => plain.push_str("ae"),
            'œ' => plain.push_str("oe"),
            'þ' => plain.push_str("th"),
            c => plain.push(c),
        }
    }
    plain
}

/// Whether a character joins the parts of a word, which is also found without it: `e-mail`, `O'Brien`.
pub(crate) const fn joins(c: char) -> bool {
    matches!(
        c,
        '-' | '\'' | '\u{ad}' | '\u{2bc}' | '\u{2010}' | '\u{2011}' | '\u{2013}' | '\u{2019}'
    )
}

/// Whether words end at a character. Signs that say something do not: `C++`, `R&D`, `100%`.
pub(crate) fn separates(c: char) -> bool {
    let group = || c.general_category_group();
    match c {
        '+' | '#' | '%' | '&' | '*' => false,
        _ if c.is_ascii() => c.is_ascii_punctuation() && !joins(c) || c.is_ascii_whitespace(),
        _ => c.is_whitespace() || !joins(c) && group() == GeneralCategoryGroup::Punctuation,
    }
}

/// What `text` looks like, in up to four ways. Two names that look alike share one of them.
pub(crate) fn looks(text: &str) -> Vec<String> {
    let text = &one_space(text);
    let lower = key(text);
    // Letters of other scripts may look like ours in one case only: a Greek capital beta, no small one.
    let mut all = vec![
        skeleton(&lower).collect::<String>().to_lowercase(),
        skeleton(text).collect::<String>().to_lowercase(),
        lower.nfkc().collect(),
        case_folded(text),
    ];
    all.sort_unstable();
    all.dedup();
    all
}

/// The letters without their case, and in one form each. More is the same so than in lower case: `ß`,
/// `ẞ` and `ss`, or a sigma at the end of a word and within it.
fn case_folded(text: &str) -> String {
    let lower = text.nfkc().flat_map(char::to_lowercase);
    let folded = lower
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase);
    folded.nfkc().collect()
}

fn one_space(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether one of two names passes for the other: the same but for characters beyond ASCII that look
/// like it, in whichever script (UTS 39), for other forms or the case of the same letters, or for how
/// many spaces stand in a row. What differs in ASCII only never does otherwise: `team1` is not `teaml`,
/// nor is `été 1` `été I`.
pub(crate) fn alike(a: &str, b: &str) -> bool {
    if is_plain(a) && is_plain(b) {
        return false;
    }
    let (a, b) = (one_space(a), one_space(b));
    if case_folded(&a) == case_folded(&b) {
        return true;
    }
    // What cannot be seen is refused for itself.
    let seen = |c: &char| !c.is_ascii() && !is_hidden(*c);
    let beyond = |text: &str| -> String { text.nfc().filter(seen).collect() };
    if beyond(&a) == beyond(&b) {
        return false;
    }
    let (a, b) = (looks(&a), looks(&b));
    a.iter().any(|look| b.contains(look))
}

/// Whether a character can stand in a login: in ASCII any that is seen, else letters, digits and their
/// marks in their ordinary form, as in the identifiers of RFC 8264.
pub(crate) fn in_identifier(c: char) -> bool {
    use GeneralCategory::{
        DecimalNumber, LowercaseLetter, ModifierLetter, NonspacingMark, OtherLetter, SpacingMark,
        UppercaseLetter,
    };
    let letter = matches!(
        c.general_category(),
        UppercaseLetter
            | LowercaseLetter
            | OtherLetter
            | ModifierLetter
            | DecimalNumber
            | NonspacingMark
            | SpacingMark
    );
    let one = || std::iter::once(c);
    c.is_ascii_graphic() || letter && one().nfkc().eq(one().nfc())
}

/// Characters that cannot be seen, turn or break a line, or mean nothing anybody agrees on: controls,
/// formats, private use, unassigned ones, and the ignorable ones among letters, marks and symbols.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    use GeneralCategory::{
        Control, Format, LineSeparator, ParagraphSeparator, PrivateUse, Surrogate, Unassigned,
    };
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    let meaningless = matches!(
        c.general_category(),
        Control | Format | LineSeparator | ParagraphSeparator | PrivateUse | Surrogate | Unassigned
    );
    meaningless
        || matches!(
            c,
            '\u{34F}'
                | '\u{115F}'..='\u{1160}'
                | '\u{17B4}'..='\u{17B5}'
                | '\u{180B}'..='\u{180F}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{FE00}'..='\u{FE0F}'
                | '\u{FFA0}'
                | '\u{E0100}'..='\u{E01EF}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_plain_whatever_their_case_accents_and_forms() {
        for (text, wanted) in [
            ("Zo\u{eb} ZOE\u{308}", "zoe zoe"),
            ("Stra\u{df}e STRASSE \u{1e9e}", "strasse strasse ss"),
            (
                "\u{39f}\u{3b4}\u{3bf}\u{3cd}\u{3c2} \u{39f}\u{394}\u{39f}\u{3a5}\u{3a3}",
                "οδουσ οδουσ",
            ),
            ("\u{130}zmir I\u{307}zmir \u{131}z", "izmir izmir iz"),
            (
                "\u{141}ukasz S\u{f8}ren \u{c6}sir \u{fb01}n \u{ff21}",
                "lukasz soren aesir fin a",
            ),
        ] {
            assert_eq!(plain(text), wanted, "{text}");
        }
    }

    #[test]
    fn names_of_two_scripts_are_alike_and_names_of_one_are_not() {
        for (a, b, same) in [
            ("ana", "\u{430}na", true),
            ("ANA", "\u{430}na", true),
            ("Bob", "\u{392}ob", true),
            ("cop", "\u{441}\u{43E}\u{440}", true),
            ("scope", "\u{455}\u{441}\u{43E}\u{440}\u{435}", true),
            ("Zo\u{eb}", "Zoe\u{308}", true),
            ("pay", "\u{FF50}\u{FF41}\u{FF59}", true),
            ("pay roll", "pay\u{A0}roll", true),
            ("file", "\u{FB01}le", true),
            // Within one script, and among characters of none.
            ("git", "\u{261}it", true),
            ("repo:write", "repo\u{2236}write", true),
            ("read-only", "read\u{2010}only", true),
            ("pay roll", "pay  roll", true),
            ("pay roll", "pay \u{2003} roll", true),
            // By case folding, as CaseFolding.txt has it.
            ("strasse", "Stra\u{df}e", true),
            ("Stra\u{1e9e}e", "Stra\u{df}e", true),
            (
                "\u{3bf}\u{3b4}\u{3cc}\u{3c2}",
                "\u{39f}\u{394}\u{38c}\u{3a3}",
                true,
            ),
            ("\u{e9}t\u{e9} 1", "\u{e9}t\u{e9} I", false),
            ("pay roll", "payroll", false),
            ("team1", "teaml", false),
            ("modern", "modem", false),
            ("Zoe", "Zo\u{eb}", false),
            ("\u{434}\u{43E}\u{43C}", "dom", false),
            ("\u{7D4C}\u{7406}", "\u{7D4C}\u{7406}\u{90E8}", false),
        ] {
            assert_eq!(alike(a, b), same, "{a} {b}");
            assert_eq!(alike(b, a), same, "{b} {a}");
            if same {
                let shares = looks(a).iter().any(|look| looks(b).contains(look));
                assert!(shares, "{a} {b}");
            }
        }
    }
}
