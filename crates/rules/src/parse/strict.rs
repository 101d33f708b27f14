//! The one way in which JSON from outside is read, whatever it becomes.
//!
//! Readers differ in which of two equal keys they take and in how they round a number that they cannot
//! hold, and a general reader says nothing of either. So the text is looked through before anything is
//! made of it, and what is wrong is told where it stands. A struct is a map, and no list of its members. A byte-order mark before the text is skipped.

use std::borrow::Cow;

use serde::de::DeserializeOwned;

use super::{
    Code, Diagnostic, Limits, Objects,
    json::{self, Inexact},
    report::Report,
};
use crate::value::Value;

/// Lists and maps nest no deeper. `serde_json` takes 127: what is kept is read again inside of records and of
/// entries of the log, which nest it further.
const DEPTH: usize = 100;

/// Reads a JSON document that must be UTF-8.
///
/// # Errors
/// The first thing wrong with it: its grammar, a key written twice in one map, a number that cannot be
/// held, lists and maps nested too deeply, or that it is no `T`.
///
/// ```
/// use portcullis_rules::strict;
/// let read = |text: &str| strict::from_slice::<serde_json::Value>(text.as_bytes());
/// assert_eq!(read(r#"{"a": [1, 2]}"#).unwrap()["a"][1], 2);
/// let refused = read("{\"a\": [\n {\"x\": 1, \"x\": 2}]}").unwrap_err();
/// assert_eq!(refused.to_string(), "2:11: a[0].x: the key `x` is written twice; keep one");
/// ```
pub fn from_slice<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Diagnostic> {
    from_slice_but(bytes, None)
}

/// Reads a JSON document as [`from_slice`] does, but for what stands under the key `raw` of its outermost
/// map: that need only be JSON, and whoever takes it reads it in its turn.
///
/// # Errors
/// As of [`from_slice`].
pub fn from_slice_but<T: DeserializeOwned>(
    bytes: &[u8],
    raw: Option<&str>,
) -> Result<T, Diagnostic> {
    match std::str::from_utf8(bytes) {
        Ok(text) => read(text, raw),
        Err(error) => {
            let at = error.valid_up_to();
            let valid = std::str::from_utf8(&bytes[..at]).unwrap_or_default();
            let message = "the document is not UTF-8 here; save it as UTF-8";
            Err(diagnostic(valid, Code::Syntax, String::new(), at, message))
        }
    }
}

/// Reads a JSON document.
///
/// # Errors
/// As of [`from_slice`].
pub fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, Diagnostic> {
    read(text, None)
}

/// Reads a word somebody typed as a value: JSON where it is JSON, and text otherwise.
///
/// # Errors
/// It is JSON and has what [`from_slice`] refuses: that was not meant as text.
///
/// ```
/// use portcullis_rules::{Value, strict};
/// assert_eq!(strict::from_word("5").unwrap(), Value::from(5));
/// assert_eq!(strict::from_word("5 apples").unwrap(), Value::from("5 apples"));
/// assert!(strict::from_word("1e400").is_err());
/// ```
pub fn from_word(word: &str) -> Result<Value, Diagnostic> {
    match from_str(word) {
        Err(wrong) if wrong.code == Code::Syntax => Ok(word.into()),
        read => read,
    }
}

fn read<T: DeserializeOwned>(text: &str, raw: Option<&str>) -> Result<T, Diagnostic> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let inexact = json::scan(text, DEPTH, raw).map_err(|stop| {
        let path = stop.path();
        diagnostic(text, stop.code, path, stop.at, stop.message)
    })?;
    let exact = exact(text, &inexact);
    let read = serde_json::from_str(&exact);
    read.map(|Objects(read)| read).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let told = error.to_string();
        let message = told.strip_suffix(&format!(" at line {line} column {column}"));
        let lines = exact.split_inclusive('\n').take(line.saturating_sub(1));
        let offset = lines.map(str::len).sum::<usize>() + column.saturating_sub(1);
        let offset = text.floor_char_boundary(written_at(offset, &inexact));
        let message = message.unwrap_or(&told);
        diagnostic(text, Code::WrongType, String::new(), offset, message)
    })
}

/// The text with whole numbers written as such, in one go however many they are.
fn exact<'t>(text: &'t str, inexact: &Inexact) -> Cow<'t, str> {
    if inexact.is_empty() {
        return Cow::Borrowed(text);
    }
    let (mut exact, mut done) = (String::with_capacity(text.len()), 0);
    for (place, number) in inexact {
        exact.push_str(&text[done..place.start]);
        exact.push_str(&number.to_string());
        done = place.end;
    }
    exact.push_str(&text[done..]);
    exact.into()
}

/// The offset in the text of what stands at `offset` in what [`exact`] made of it.
fn written_at(offset: usize, inexact: &Inexact) -> usize {
    let (mut made, mut done) = (0, 0);
    for (place, number) in inexact {
        let start = made + (place.start - done);
        if offset < start {
            break;
        }
        made = start + number.to_string().len();
        done = place.end;
        if offset < made {
            return place.start;
        }
    }
    done + (offset - made)
}

fn diagnostic(
    text: &str,
    code: Code,
    path: String,
    at: usize,
    message: impl Into<String>,
) -> Diagnostic {
    let mut report = Report::new(&Limits::default());
    report.add(code, path, Some(at), message);
    report.into_error(Some(text)).diagnostics.remove(0)
}
