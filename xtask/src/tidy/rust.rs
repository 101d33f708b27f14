//! Just enough reading of Rust to search it: what is code, and what is a test.

/// The source with comments, strings and characters blanked, and `#[cfg(test)]` items blanked too.
///
/// Line breaks stay where they are, so line numbers hold.
pub(super) fn code_outside_tests(source: &str) -> String {
    without_test_items(code(source))
}

/// The source with comments and the insides of strings and characters replaced by spaces.
pub(super) fn code(source: &str) -> String {
    let bytes = source.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at] {
            b'/' if bytes.get(at + 1) == Some(&b'/') => line_end(bytes, at),
            b'/' if bytes.get(at + 1) == Some(&b'*') => block_comment_end(bytes, at),
            b'"' => string_end(bytes, at),
            b'r' | b'b' | b'c' if !is_word(bytes, at.wrapping_sub(1)) => {
                match raw_string_end(bytes, at) {
                    Some(end) => end,
                    None => {
                        at += 1;
                        continue;
                    }
                }
            }
            b'\'' => match char_end(source, at) {
                Some(end) => end,
                None => {
                    at += 1; // a lifetime
                    continue;
                }
            },
            _ => {
                at += 1;
                continue;
            }
        };
        blank(&mut out[at..end]);
        at = end;
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn blank(bytes: &mut [u8]) {
    for byte in bytes.iter_mut().filter(|byte| **byte != b'\n') {
        *byte = b' ';
    }
}

fn is_word(bytes: &[u8], at: usize) -> bool {
    bytes
        .get(at)
        .is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    bytes[from..]
        .iter()
        .position(|byte| *byte == b'\n')
        .map_or(bytes.len(), |length| from + length)
}

/// Block comments nest.
fn block_comment_end(bytes: &[u8], from: usize) -> usize {
    let mut depth = 0_u32;
    let mut at = from;
    while at < bytes.len() {
        if bytes[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if bytes[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    at
}

fn string_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The end of `r"…"`, `r#"…"#`, `br"…"`, `b"…"` and `c"…"` at `from`; `None` when there is none.
fn raw_string_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    let mut raw = false;
    while let Some(b'r' | b'b' | b'c') = bytes.get(at) {
        raw |= bytes[at] == b'r';
        at += 1;
        if at - from > 2 {
            return None;
        }
    }
    let hashes = bytes[at..].iter().take_while(|byte| **byte == b'#').count();
    if bytes.get(at + hashes) != Some(&b'"') || (hashes > 0 && !raw) {
        return None;
    }
    if !raw {
        return Some(string_end(bytes, at));
    }
    let mut close = vec![b'"'];
    close.resize(hashes + 1, b'#');
    let start = at + hashes + 1;
    let length = bytes[start..]
        .windows(close.len())
        .position(|window| window == close)?;
    Some(start + length + close.len())
}

/// The end of the character literal at `from`; `None` for a lifetime.
fn char_end(source: &str, from: usize) -> Option<usize> {
    let mut chars = source[from + 1..].char_indices();
    let (_, first) = chars.next()?;
    if first == '\\' {
        chars.next()?; // the escaped character, which may be a quote
        return chars
            .find(|(_, c)| *c == '\'')
            .map(|(index, _)| from + 1 + index + 1);
    }
    let (index, second) = chars.next()?;
    (second == '\'').then_some(from + 1 + index + 1)
}

/// Blanks every item that follows `#[cfg(test)]`: to its closing brace, or to its semicolon.
fn without_test_items(code: String) -> String {
    let mut bytes = code.into_bytes();
    let marker = b"#[cfg(test)]";
    let mut at = 0;
    while let Some(found) = find(&bytes[at..], marker).map(|offset| at + offset) {
        let end = item_end(&bytes, found + marker.len());
        blank(&mut bytes[found..end]);
        at = end;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes
        .windows(needle.len())
        .position(|window| window == needle)
}

fn item_end(bytes: &[u8], from: usize) -> usize {
    let mut depth = 0_u32;
    for (offset, byte) in bytes[from..].iter().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return from + offset + 1;
                }
            }
            b';' if depth == 0 => return from + offset + 1,
            _ => {}
        }
    }
    bytes.len()
}

/// Lines (from 1) where `needle` stands in the code as a whole word.
pub(super) fn lines_with(code: &str, needle: &str) -> Vec<usize> {
    code.match_indices(needle)
        .filter(|(at, _)| {
            let before = code[..*at].chars().next_back();
            let after = code[at + needle.len()..].chars().next();
            let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
            let ends_in_word = needle.ends_with(char::is_alphanumeric);
            !(word(before) || ends_in_word && word(after))
        })
        .map(|(at, _)| line_of(code, at))
        .collect()
}

/// Lines where the module `std::<name>` is named: as a path, or inside `use std::{…}`.
pub(super) fn lines_with_std(code: &str, name: &str) -> Vec<usize> {
    let mut lines = lines_with(code, &format!("std::{name}"));
    for (at, _) in code.match_indices("std::{") {
        let open = at + "std::".len();
        let inside = &code[open + 1..item_end(code.as_bytes(), open).saturating_sub(1)];
        for (offset, part) in own_parts(inside) {
            let first = part.split("::").next().unwrap_or_default();
            if first.split_whitespace().next() == Some(name) {
                let leading = part.len() - part.trim_start().len();
                lines.push(line_of(code, open + 1 + offset + leading));
            }
        }
    }
    lines.sort_unstable();
    lines.dedup();
    lines
}

/// The parts of a `use` group at its own level, with where they start: `a::{b, c}, d` has two.
fn own_parts(group: &str) -> Vec<(usize, &str)> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0_u32, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push((start, &group[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push((start, &group[start..]));
    parts
}

pub(super) fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_strings_and_characters_are_not_code() {
        for text in [
            "// std::fs",
            "/* a /* std::fs */ b */",
            r#"let a = "std::fs \" std::fs";"#,
            "let a = r#\"std::fs \" \"#;",
            "let a = b\"std::fs\";",
            "let a = ('\"', std, '\"');",
        ] {
            assert_eq!(lines_with(&code(text), "std::fs"), [0_usize; 0], "{text}");
        }
    }

    #[test]
    fn lifetimes_and_escaped_quotes_do_not_end_the_code() {
        let text = "fn f<'a>(x: &'a str) { let q = '\\''; let b = '{'; std::fs::read(x); }";
        assert_eq!(lines_with(&code(text), "std::fs"), [1]);
        assert!(!code(text).contains("'{'"));
    }

    #[test]
    fn items_under_cfg_test_are_not_searched_and_lines_hold() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() { std::fs::x(\"}\") }\n}\nuse std::fs;\n#[cfg(test)]\nmod far;\nstd::fs";
        assert_eq!(lines_with(&code_outside_tests(text), "std::fs"), [6, 9]);
    }

    #[test]
    fn a_module_is_found_inside_a_use_group_at_its_own_level_only() {
        let text =
            "use std::{\n    collections::{env, BTreeMap},\n    env,\n    fs::{self, File},\n};";
        assert_eq!(lines_with_std(text, "env"), [3]);
        assert_eq!(lines_with_std(text, "fs"), [4]);
        assert_eq!(lines_with_std("use std::environment;", "env"), [0_usize; 0]);
        assert_eq!(lines_with_std("use std::{net};", "net"), [1]);
    }
}
