//! YAML as nodes, each with its place. Strict: what two readers could take differently is a finding.

use std::{collections::BTreeMap, sync::Arc};

use granit_parser::{Event, Parser, ScalarStyle, Span};
use portcullis_rules::{Code, Diagnostic, strict};
use serde::de::IgnoredAny;

use crate::{
    finding::{Findings, Place},
    node::{Entry, Node, Value},
};

/// How deep lists and maps may stand in each other.
const DEEPEST: usize = 24;
/// How many nodes one file of a repository may stand for, aliases counted as what they repeat.
const MOST: usize = 1_000_000;
/// The same for a directory, which is as large as an organisation.
const MOST_OF_DIRECTORY: usize = 50_000_000;

/// Reads a file; `None` where it cannot be read on.
pub(crate) fn yaml(file: &Arc<str>, bytes: &[u8], findings: &mut Findings) -> Option<Node> {
    read(file, bytes, MOST, findings)
}

/// Reads a file of JSON, which is YAML too.
pub(crate) fn json(file: &Arc<str>, bytes: &[u8], findings: &mut Findings) -> Option<Node> {
    let grammar: Result<IgnoredAny, Diagnostic> = strict::from_slice(bytes);
    match grammar {
        // Keys that are given twice are found below, all of them.
        Err(wrong) if wrong.code != Code::DuplicateKey => {
            let mut place = Place::start(file);
            if let Some(at) = wrong.position {
                (place.line, place.column) = (at.line, at.column);
            }
            findings.error(&place, "syntax", wrong.message, "");
            None
        }
        _ => read(file, bytes, MOST_OF_DIRECTORY, findings),
    }
}

fn read(file: &Arc<str>, bytes: &[u8], most: usize, findings: &mut Findings) -> Option<Node> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(wrong) => {
            let before = String::from_utf8_lossy(&bytes[..wrong.valid_up_to()]);
            let place = Place {
                file: file.clone(),
                line: before.matches('\n').count() + 1,
                column: before
                    .rsplit('\n')
                    .next()
                    .unwrap_or_default()
                    .chars()
                    .count()
                    + 1,
            };
            findings.error(
                &place,
                "not-utf8",
                "this is not UTF-8",
                "save the file as UTF-8",
            );
            return None;
        }
    };
    let mut reader = Reader {
        file,
        events: Parser::new_from_str(text),
        anchors: BTreeMap::new(),
        nodes: 0,
        most,
        findings,
    };
    reader.document()
}

struct Reader<'r> {
    file: &'r Arc<str>,
    events: Parser<'r, granit_parser::StrInput<'r>>,
    /// What is repeated, of how many nodes it is, and how deep they stand in each other.
    anchors: BTreeMap<usize, (Node, usize, usize)>,
    nodes: usize,
    most: usize,
    findings: &'r mut Findings,
}

impl<'r> Reader<'r> {
    fn next(&mut self) -> Option<(Event<'r>, Span)> {
        match self.events.next()? {
            Ok(next) => Some(next),
            Err(wrong) => {
                let place = self.at(wrong.marker().line(), wrong.marker().col());
                let said = wrong.info().replace(char::is_control, " ");
                self.findings
                    .error(&place, "syntax", format!("this is not YAML: {said}"), "");
                None
            }
        }
    }

    fn at(&self, line: usize, column: usize) -> Place {
        Place {
            file: self.file.clone(),
            line: line.max(1),
            column: column + 1,
        }
    }

    fn place(&self, span: &Span) -> Place {
        self.at(span.start.line(), span.start.col())
    }

    fn document(&mut self) -> Option<Node> {
        let mut root = None;
        let mut documents = 0;
        while let Some((event, span)) = self.next() {
            let place = self.place(&span);
            match event {
                Event::StreamStart | Event::DocumentEnd => {}
                Event::StreamEnd => return self.ended(root),
                Event::DocumentStart(_, version) => {
                    documents += 1;
                    if documents == 2 {
                        let message = "there are several documents";
                        self.findings.error(
                            &place,
                            "several-documents",
                            message,
                            "keep one in a file",
                        );
                    }
                    if version.is_some_and(|version| (version.major, version.minor) != (1, 2)) {
                        let message =
                            "another version of YAML is asked for; this is read as YAML 1.2";
                        self.findings
                            .error(&place, "version", message, "leave the line out");
                    }
                }
                event => {
                    let node = self.node(event, &span, 0)?;
                    root.get_or_insert(node);
                }
            }
        }
        None
    }

    fn ended(&mut self, root: Option<Node>) -> Option<Node> {
        match root {
            Some(node) if !matches!(node.value, Value::Null) => Some(node),
            _ => {
                let place = Place::start(self.file);
                self.findings.error(
                    &place,
                    "empty-file",
                    "the file is empty",
                    "write `{}` for none",
                );
                None
            }
        }
    }

    fn node(&mut self, event: Event<'r>, span: &Span, depth: usize) -> Option<Node> {
        let place = self.place(span);
        self.nodes += 1;
        if depth > DEEPEST || self.nodes > self.most {
            self.findings.error(
                &place,
                "too-much",
                "it stands too deep or is too much",
                "write it more plainly",
            );
            return None;
        }
        let before = self.nodes;
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.untagged(tag.is_some(), &place);
                let value = match style {
                    ScalarStyle::Plain => plain(&text),
                    _ => Value::Text(text.into_owned()),
                };
                (value, anchor)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.untagged(tag.is_some(), &place);
                (self.list(depth)?, anchor)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.untagged(tag.is_some(), &place);
                (self.map(depth)?, anchor)
            }
            Event::Alias(id) => {
                let Some((node, size, height)) = self.anchors.get(&id) else {
                    let message = "the alias stands in what it repeats";
                    self.findings
                        .error(&place, "alias", message, "write it out");
                    return Some(Node {
                        place,
                        value: Value::Faulty,
                    });
                };
                self.nodes += size;
                if self.nodes > self.most || depth + height > DEEPEST {
                    let message = "the aliases stand for too much";
                    self.findings
                        .error(&place, "too-much", message, "write out fewer aliases");
                    return None;
                }
                return Some(node.clone());
            }
            _ => (Value::Faulty, 0),
        };
        let node = Node { place, value };
        if anchor != 0 {
            let size = self.nodes - before + 1;
            let height = height(&node);
            self.anchors.insert(anchor, (node.clone(), size, height));
        }
        Some(node)
    }

    fn untagged(&mut self, tagged: bool, place: &Place) {
        if tagged {
            self.findings
                .error(place, "tag", "tags are not read", "leave the tag out");
        }
    }

    fn list(&mut self, depth: usize) -> Option<Value> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Some(Value::List(items)),
                (event, span) => items.push(self.node(event, &span, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Option<Value> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut seen: BTreeMap<String, Place> = BTreeMap::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                return Some(Value::Map(entries));
            }
            let is_plain = matches!(&event, Event::Scalar(_, ScalarStyle::Plain, ..));
            let key = self.node(event, &span, depth + 1)?;
            let (event, span) = self.next()?;
            let value = self.node(event, &span, depth + 1)?;
            let Value::Text(text) = key.value else {
                let message = format!("a key is a text, not {}", key.value.noun());
                self.findings
                    .error(&key.place, "key-not-text", message, "put the key in quotes");
                continue;
            };
            if is_plain && text == "<<" {
                let message = "merge keys (`<<`) are not read";
                self.findings
                    .error(&key.place, "merge-key", message, "write the keys out");
                continue;
            }
            if let Some(first) = seen.get(&text) {
                let message = format!(
                    "the key `{text}` is written twice; first on line {}",
                    first.line
                );
                self.findings
                    .error(&key.place, "duplicate-key", message, "keep one");
                continue;
            }
            seen.insert(text.clone(), key.place.clone());
            entries.push(Entry {
                key: text,
                place: key.place,
                value,
            });
        }
    }
}

/// How deep nodes stand in each other, of which nothing is deeper than [`DEEPEST`].
fn height(node: &Node) -> usize {
    let below = match &node.value {
        Value::List(items) => items.iter().map(height).max(),
        Value::Map(entries) => entries.iter().map(|entry| height(&entry.value)).max(),
        _ => None,
    };
    below.map_or(0, |below| below + 1)
}

/// A plain word by the core schema.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        text if is_number(text) => Value::Number(text.to_owned()),
        text => Value::Text(text.to_owned()),
    }
}

fn is_number(text: &str) -> bool {
    let all = |digits: &str, of: fn(char) -> bool| !digits.is_empty() && digits.chars().all(of);
    if let Some(digits) = text.strip_prefix("0x") {
        return all(digits, |c| c.is_ascii_hexdigit());
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return all(digits, |c| c.is_digit(8));
    }
    if matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let size = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(size, ".inf" | ".Inf" | ".INF") {
        return true;
    }
    let word = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '-' | '+');
    size.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && size.chars().all(word)
        && size.parse::<f64>().is_ok()
}
