//! Literals and comments. Whatever was written stays inside of them.

use std::fmt::Write as _;

use portcullis_model::name::is_hidden;

/// How a language writes a character by its number.
#[derive(Clone, Copy)]
pub(super) enum Escape {
    /// `\u00e9`, and two of them past the basic plane.
    JavaScript,
    /// `\u00e9` and `\U0001f600`, in Python and Go.
    Wide,
    /// `\u{e9}`
    Braces,
}

/// A string literal in double quotes. All that is not seen in ASCII is written by its number, so that neither
/// the file's encoding nor a letter that turns the line around matters.
pub(super) fn literal(text: &str, escape: Escape) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            ' '..='~' => out.push(c),
            // Writing into a string cannot fail.
            _ => match escape {
                Escape::JavaScript => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        _ = write!(out, "\\u{unit:04x}");
                    }
                }
                Escape::Wide if u32::from(c) > 0xffff => _ = write!(out, "\\U{:08x}", u32::from(c)),
                Escape::Wide => _ = write!(out, "\\u{:04x}", u32::from(c)),
                Escape::Braces => _ = write!(out, "\\u{{{:x}}}", u32::from(c)),
            },
        }
    }
    out.push('"');
    out
}

/// A text as one line without characters that cannot be seen.
fn line(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    let mut line = words.join(" ");
    line.retain(|c| !is_hidden(c));
    line.trim().to_owned()
}

/// In a comment to the end of the line, of Python and Go.
pub(super) fn in_line(text: &str) -> String {
    line(text)
}

/// Between `/**` and `*/`; no `@` of it begins a tag.
pub(super) fn in_block(text: &str) -> String {
    line(text).replace("*/", "*\\/").replace('@', "\\@")
}

/// In the documentation of Rust and what it says of deprecated names: Markdown, but no link and no HTML.
pub(super) fn in_markdown(text: &str) -> String {
    let mut out = String::new();
    for c in line(text).chars() {
        if "\\[]<>&".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A comment's parts: what it is for, and that it is not to be used, each where there is such a thing.
pub(super) fn remarks(
    key: &super::Key,
    write: fn(&str) -> String,
) -> (Option<String>, Option<String>) {
    let description = Some(write(&key.description)).filter(|text| !text.is_empty());
    let deprecated = key.deprecated.as_ref().map(|why| match write(why) {
        why if why.is_empty() => "do not use it any more".to_owned(),
        why => why,
    });
    (description, deprecated)
}
