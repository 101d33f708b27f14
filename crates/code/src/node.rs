//! What a file says, as values with their places; and how a reader takes from them what it expects,
//! telling of all that is something else.

use crate::finding::{Findings, Place, meant};

/// A value with its place.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) place: Place,
    pub(crate) value: Value,
}

/// What stands there, by the core schema of YAML 1.2.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(String),
    Null,
    Bool(bool),
    /// As it is written.
    Number(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
    /// Something that is a finding already.
    Faulty,
}

/// A key with its value.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) place: Place,
    pub(crate) value: Node,
}

impl Value {
    pub(crate) const fn noun(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Null | Self::Faulty => "nothing",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
        }
    }
}

/// A key that means nothing where it stands.
pub(crate) fn unknown_key<'k>(
    key: &str,
    place: &Place,
    known: impl IntoIterator<Item = &'k str> + Clone,
    findings: &mut Findings,
) {
    let all: Vec<_> = known
        .clone()
        .into_iter()
        .map(|key| format!("`{key}`"))
        .collect();
    let otherwise = format!("what may stand here: {}", all.join(", "));
    let hint = meant(key, known, &otherwise);
    let message = format!("there is no key `{key}` here");
    findings.error(place, "unknown-key", message, hint);
}

/// Something else than is wanted stands here.
pub(crate) fn unexpected(node: &Node, wanted: &str, findings: &mut Findings) {
    let got = node.value.noun();
    let (code, message, hint) = match &node.value {
        Value::Faulty => return,
        Value::Null => (
            "no-value",
            format!("nothing stands here; expected {wanted}"),
            "write `[]` for none, or leave the key out",
        ),
        Value::Bool(_) | Value::Number(_) if wanted == TEXT => (
            "wrong-kind",
            format!("expected {wanted}, got {got}"),
            "put a text in quotes",
        ),
        _ => ("wrong-kind", format!("expected {wanted}, got {got}"), ""),
    };
    findings.error(&node.place, code, message, hint);
}

const TEXT: &str = "a text";

pub(crate) fn map<'n>(node: &'n Node, findings: &mut Findings) -> &'n [Entry] {
    match &node.value {
        Value::Map(entries) => entries,
        _ => {
            unexpected(node, "a map", findings);
            &[]
        }
    }
}

pub(crate) fn list<'n>(node: &'n Node, findings: &mut Findings) -> &'n [Node] {
    match &node.value {
        Value::List(items) => items,
        _ => {
            unexpected(node, "a list", findings);
            &[]
        }
    }
}

pub(crate) fn text<'n>(node: &'n Node, findings: &mut Findings) -> Option<&'n str> {
    match &node.value {
        Value::Text(text) => Some(text),
        _ => {
            unexpected(node, TEXT, findings);
            None
        }
    }
}

/// The texts of a list, each with its place.
pub(crate) fn texts<'n>(node: &'n Node, findings: &mut Findings) -> Vec<(&'n str, &'n Place)> {
    let items = list(node, findings).iter();
    items
        .filter_map(|item| Some((text(item, findings)?, &item.place)))
        .collect()
}

/// A whole number that is not negative.
pub(crate) fn count(node: &Node, findings: &mut Findings) -> Option<usize> {
    let read = match &node.value {
        Value::Number(digits) => digits.parse().ok(),
        _ => None,
    };
    if read.is_none() {
        unexpected(node, "a whole number", findings);
    }
    read
}
