//! A JSON reader that keeps what rule documents need and general readers drop: byte positions, repeated
//! keys, and numbers in full. It knows nothing of rules.
//!
//! It either keeps what it reads as a tree ([`read`]), or keeps nothing and refuses at once what readers
//! could take differently ([`scan`]).

use std::{borrow::Cow, ops::Range};

use super::keys::Keys;
use super::report::{Path, Report, clip, out_of_range, written_twice};
use super::{Code, Limits};
use crate::value::{Number, NumberError, Value};

/// A JSON value and where it starts.
pub(super) struct Node {
    pub(super) at: Option<usize>,
    pub(super) kind: Kind,
}

pub(super) enum Kind {
    Null,
    Bool(bool),
    Number(Number),
    /// A number that cannot be held, as written; reported only once its path is known.
    BadNumber(String, NumberError),
    String(String),
    Array(Vec<Node>),
    /// Entries in written order, repeated keys included, each with the key's position.
    Object(Vec<Entry>),
}

pub(super) struct Entry {
    pub(super) key: String,
    pub(super) at: Option<usize>,
    pub(super) value: Node,
}

impl Kind {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) | Self::BadNumber(..) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "a list",
            Self::Object(_) => "a map",
        }
    }
}

/// Reads a whole document; on failure the report holds the one syntax error.
pub(super) fn read(text: &str, limits: &Limits, report: &mut Report) -> Option<Node> {
    if text.len() > limits.document_bytes {
        let message = format!(
            "the document has {} bytes, at most {} are allowed; split the list",
            text.len(),
            limits.document_bytes
        );
        report.add(Code::DocumentTooLarge, String::new(), None, message);
        return None;
    }
    let mut reader = Reader {
        text,
        at: 0,
        depth: limits.json_depth(),
        keep: Keep::Tree,
        inexact: Vec::new(),
    };
    match reader.document() {
        Ok(node) => Some(node),
        Err(stop) => {
            report.add(stop.code, String::new(), Some(stop.at), stop.message);
            None
        }
    }
}

/// By keys that begin so the library that reads JSON after us tells itself that a map is none: its one
/// member would be read as a document of its own, past everything that is looked for here.
const PRIVATE: &str = "$serde_json::private::";

/// Goes over a whole document and keeps nothing of it: no key may be written twice in a map, every
/// number can be held, and lists and maps nest no deeper than `depth`. What stands under the key `raw` of
/// the outermost map need only be JSON: somebody else reads it.
///
/// Returns the whole numbers that are written as if they were none and are too large to be read so, such
/// as `9007199254740993.0`.
pub(super) fn scan(text: &str, depth: usize, raw: Option<&str>) -> Result<Inexact, Stop> {
    let mut reader = Reader {
        text,
        at: 0,
        depth,
        keep: Keep::Nothing { raw },
        inexact: Vec::new(),
    };
    reader.document()?;
    Ok(reader.inexact)
}

/// Numbers and where they stand, in order.
pub(super) type Inexact = Vec<(Range<usize>, Number)>;

/// Takes over a value that was read elsewhere.
pub(super) fn from_value(
    value: &serde_json::Value,
    depth: usize,
    report: &mut Report,
) -> Option<Node> {
    let kind = match value {
        serde_json::Value::Null => Kind::Null,
        serde_json::Value::Bool(b) => Kind::Bool(*b),
        serde_json::Value::Number(n) => match Value::from_json(value) {
            Value::Number(n) => Kind::Number(n),
            _ => Kind::BadNumber(n.to_string(), NumberError::Range),
        },
        serde_json::Value::String(s) => Kind::String(s.clone()),
        serde_json::Value::Array(_) | serde_json::Value::Object(_) if depth == 0 => {
            let message = "lists and maps nest too deeply; flatten the document";
            report.add(Code::TooDeep, String::new(), None, message);
            return None;
        }
        serde_json::Value::Array(items) => {
            let nodes: Option<Vec<_>> = items
                .iter()
                .map(|item| from_value(item, depth - 1, report))
                .collect();
            Kind::Array(nodes?)
        }
        serde_json::Value::Object(map) => {
            let entries: Option<Vec<_>> = map
                .iter()
                .map(|(key, value)| {
                    let value = from_value(value, depth - 1, report)?;
                    Some(Entry {
                        key: key.clone(),
                        at: None,
                        value,
                    })
                })
                .collect();
            Kind::Object(entries?)
        }
    };
    Some(Node { at: None, kind })
}

/// Reading stopped: a syntax error leaves nothing sensible to go on with.
pub(super) struct Stop {
    pub(super) code: Code,
    pub(super) at: usize,
    pub(super) message: String,
    /// The way there, innermost step first; only of what is scanned.
    steps: Vec<Step>,
}

enum Step {
    Index(usize),
    Key(String),
}

impl Stop {
    fn new(code: Code, at: usize, message: impl Into<String>) -> Self {
        Self {
            code,
            at,
            message: message.into(),
            steps: Vec::new(),
        }
    }

    fn under(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    /// Where it is in the document's structure.
    pub(super) fn path(&self) -> String {
        fn write(steps: &[Step], path: &Path<'_>) -> String {
            match steps.split_last() {
                None => path.write(),
                Some((Step::Index(index), rest)) => write(rest, &path.index(*index)),
                Some((Step::Key(key), rest)) => write(rest, &path.key(key)),
            }
        }
        write(&self.steps, &Path::Root)
    }
}

/// What becomes of what is read.
#[derive(Clone, Copy)]
enum Keep<'a> {
    /// Everything is kept; what is wrong with a key or a number is found by whoever reads the tree.
    Tree,
    /// Nothing is kept, and what is wrong stops the reading.
    Nothing { raw: Option<&'a str> },
    /// Nothing is kept, and only the grammar is looked at.
    Raw,
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    keep: Keep<'a>,
    inexact: Inexact,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Result<Node, Stop> {
        let node = self.value(0)?;
        self.space();
        match self.peek() {
            None => Ok(node),
            Some(_) => Err(self.unexpected("the end of the document")),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn stop(&self, at: usize, message: impl Into<String>) -> Stop {
        Stop::new(Code::Syntax, at, message)
    }

    fn unexpected(&self, wanted: &str) -> Stop {
        let message = match self.text[self.at..].chars().next() {
            Some(c) => format!("found `{}` where {wanted} should be", c.escape_debug()),
            None => format!("the document ends where {wanted} should be"),
        };
        self.stop(self.at, message)
    }

    // INVARIANT: recursion is bounded by `depth`, which `Limits::json_depth` keeps small.
    fn value(&mut self, depth: usize) -> Result<Node, Stop> {
        self.space();
        let at = self.at;
        let kind = match self.peek() {
            Some(b'{' | b'[') if depth >= self.depth => {
                let message = format!(
                    "lists and maps nest deeper than {} levels; flatten the document",
                    self.depth
                );
                return Err(Stop::new(Code::TooDeep, at, message));
            }
            Some(b'{') => self.object(depth + 1)?,
            Some(b'[') => self.array(depth + 1)?,
            Some(b'"') => {
                let text = self.string()?;
                Kind::String(self.kept(text))
            }
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ => {
                let words = [
                    ("null", Kind::Null),
                    ("true", Kind::Bool(true)),
                    ("false", Kind::Bool(false)),
                ];
                let found = words
                    .into_iter()
                    .find(|(word, _)| self.text[at..].starts_with(word));
                let Some((word, kind)) = found else {
                    return Err(self.unexpected("a value"));
                };
                self.at += word.len();
                kind
            }
        };
        Ok(Node { at: Some(at), kind })
    }

    fn array(&mut self, depth: usize) -> Result<Kind, Stop> {
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.eat(b']') {
            return Ok(Kind::Array(items));
        }
        for index in 0.. {
            let item = self.value(depth);
            let item = item.map_err(|stop| stop.under(Step::Index(index)))?;
            if matches!(self.keep, Keep::Tree) {
                items.push(item);
            }
            self.space();
            if self.eat(b']') {
                return Ok(Kind::Array(items));
            }
            if !self.eat(b',') {
                return Err(self.unexpected("`,` or `]`"));
            }
        }
        Ok(Kind::Array(items))
    }

    fn object(&mut self, depth: usize) -> Result<Kind, Stop> {
        self.at += 1;
        let mut entries = Vec::new();
        let mut keys = Keys::default();
        self.space();
        if self.eat(b'}') {
            return Ok(Kind::Object(entries));
        }
        loop {
            self.space();
            let at = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("a key in double quotes"));
            }
            let key = self.string()?;
            if key.starts_with(PRIVATE) {
                let message = format!("no key begins with `{PRIVATE}`");
                return Err(Stop::new(Code::Syntax, at, message));
            }
            self.space();
            if !self.eat(b':') {
                return Err(self.unexpected("`:`"));
            }
            match self.keep {
                Keep::Tree => {
                    let value = self.value(depth)?;
                    entries.push(Entry {
                        key: key.into_owned(),
                        at: Some(at),
                        value,
                    });
                }
                Keep::Raw => drop(self.value(depth)?),
                Keep::Nothing { raw } => {
                    if !keys.insert(key.clone()) {
                        let stop = Stop::new(Code::DuplicateKey, at, written_twice(&key));
                        return Err(stop.under(Step::Key(key.into_owned())));
                    }
                    let keep = self.keep;
                    if depth == 1 && raw == Some(&*key) {
                        self.keep = Keep::Raw;
                    }
                    let value = self.value(depth);
                    value.map_err(|stop| stop.under(Step::Key(key.into_owned())))?;
                    self.keep = keep;
                }
            }
            self.space();
            if self.eat(b'}') {
                return Ok(Kind::Object(entries));
            }
            if !self.eat(b',') {
                return Err(self.unexpected("`,` or `}`"));
            }
        }
    }

    fn number(&mut self) -> Result<Kind, Stop> {
        let at = self.at;
        while matches!(
            self.peek(),
            Some(b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')
        ) {
            self.at += 1;
        }
        let written = &self.text[at..self.at];
        let read = Number::parse(written);
        let strict = matches!(self.keep, Keep::Nothing { .. });
        match read.and_then(|number| number.unless_rounded(written, strict)) {
            Ok(number) => {
                // Whoever makes something of the text would take such a number for a double.
                if strict
                    && written.contains(['.', 'e', 'E'])
                    && Number::from_f64(number.as_f64()) != Some(number)
                {
                    self.inexact.push((at..self.at, number));
                }
                Ok(Kind::Number(number))
            }
            Err(NumberError::Grammar) => {
                let message = format!("`{}` is not a JSON number", clip(written));
                Err(self.stop(at, message))
            }
            Err(error) => match self.keep {
                Keep::Tree => Ok(Kind::BadNumber(written.to_owned(), error)),
                Keep::Raw => Ok(Kind::Null),
                Keep::Nothing { .. } => {
                    let message = out_of_range(written, error);
                    Err(Stop::new(Code::NumberOutOfRange, at, message))
                }
            },
        }
    }

    fn kept(&self, text: Cow<'a, str>) -> String {
        match self.keep {
            Keep::Tree => text.into_owned(),
            Keep::Nothing { .. } | Keep::Raw => String::new(),
        }
    }

    fn string(&mut self) -> Result<Cow<'a, str>, Stop> {
        let start = self.at;
        self.at += 1;
        let mut out = Cow::Borrowed("");
        loop {
            let run = self.at;
            while !matches!(self.peek(), None | Some(b'"' | b'\\' | 0..=0x1f)) {
                self.at += 1;
            }
            // Runs stop only at ASCII bytes, so both ends are character boundaries.
            // Most strings are one run, which need not be copied.
            out += &self.text[run..self.at];
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => out.to_mut().push(self.escape()?),
                Some(_) => {
                    return Err(
                        self.unexpected("the rest of a string (control characters need an escape)")
                    );
                }
                None => return Err(self.stop(start, "the string is not closed; add `\"`")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Stop> {
        let at = self.at;
        self.at += 1;
        let byte = self.peek();
        let c = match byte {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\x08',
            Some(b'f') => '\x0c',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                return self.unicode(at);
            }
            _ => {
                return Err(self.stop(
                    at,
                    "unknown escape in a string; write `\\\\` for a backslash",
                ));
            }
        };
        self.at += 1;
        Ok(c)
    }

    fn unicode(&mut self, at: usize) -> Result<char, Stop> {
        let lone = "the escape is half of a surrogate pair; write the character itself";
        let high = self.hex(at)?;
        let code = match high {
            0xd800..=0xdbff => {
                if !self.text[self.at..].starts_with("\\u") {
                    return Err(self.stop(at, lone));
                }
                self.at += 2;
                let low = self.hex(at)?;
                if !(0xdc00..=0xdfff).contains(&low) {
                    return Err(self.stop(at, lone));
                }
                0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)
            }
            code => code,
        };
        char::from_u32(code).ok_or_else(|| self.stop(at, lone))
    }

    fn hex(&mut self, at: usize) -> Result<u32, Stop> {
        let digits = self.text.get(self.at..self.at + 4).unwrap_or_default();
        if digits.len() != 4 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(self.stop(at, "`\\u` needs four hexadecimal digits"));
        }
        self.at += 4;
        u32::from_str_radix(digits, 16)
            .map_err(|_| self.stop(at, "`\\u` needs four hexadecimal digits"))
    }
}
