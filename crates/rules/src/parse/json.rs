//! A JSON reader that keeps what rule documents need and general readers drop: byte positions, repeated
//! keys, and numbers in full. It knows nothing of rules.

use super::report::{Report, clip};
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
    };
    let result = reader.value(0).and_then(|node| {
        reader.space();
        match reader.peek() {
            None => Ok(node),
            Some(_) => Err(reader.unexpected("the end of the document")),
        }
    });
    match result {
        Ok(node) => Some(node),
        Err(stop) => {
            report.add(stop.code, String::new(), Some(stop.at), stop.message);
            None
        }
    }
}

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
struct Stop {
    code: Code,
    at: usize,
    message: String,
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl Reader<'_> {
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
        Stop {
            code: Code::Syntax,
            at,
            message: message.into(),
        }
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
                return Err(Stop {
                    code: Code::TooDeep,
                    at,
                    message,
                });
            }
            Some(b'{') => self.object(depth + 1)?,
            Some(b'[') => self.array(depth + 1)?,
            Some(b'"') => Kind::String(self.string()?),
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
        loop {
            items.push(self.value(depth)?);
            self.space();
            if self.eat(b']') {
                return Ok(Kind::Array(items));
            }
            if !self.eat(b',') {
                return Err(self.unexpected("`,` or `]`"));
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Kind, Stop> {
        self.at += 1;
        let mut entries = Vec::new();
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
            self.space();
            if !self.eat(b':') {
                return Err(self.unexpected("`:`"));
            }
            let value = self.value(depth)?;
            entries.push(Entry {
                key,
                at: Some(at),
                value,
            });
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
        match Number::parse(written) {
            Ok(number) => Ok(Kind::Number(number)),
            Err(NumberError::Grammar) => {
                let message = format!("`{}` is not a JSON number", clip(written));
                Err(self.stop(at, message))
            }
            Err(error) => Ok(Kind::BadNumber(written.to_owned(), error)),
        }
    }

    fn string(&mut self) -> Result<String, Stop> {
        let start = self.at;
        self.at += 1;
        let mut out = String::new();
        loop {
            let run = self.at;
            while !matches!(self.peek(), None | Some(b'"' | b'\\' | 0..=0x1f)) {
                self.at += 1;
            }
            // Runs stop only at ASCII bytes, so both ends are character boundaries.
            out.push_str(&self.text[run..self.at]);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => out.push(self.escape()?),
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
