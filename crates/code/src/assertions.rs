//! `config/tests.yaml`: what must be so of who holds what, whatever else changes.

use std::collections::BTreeSet;

use crate::{
    finding::{Findings, Place},
    grantee::environments,
    node::{Entry, Node, Value, count, list, map, text, texts, unexpected, unknown_key},
    settings::Settings,
    spelling::address,
};

/// What must be so of one permission.
#[derive(Clone, Debug)]
pub(crate) struct Assertion {
    /// What it is for; may be empty.
    pub(crate) name: String,
    pub(crate) permission: (String, Place),
    /// In which environments; none for all.
    pub(crate) environments: BTreeSet<String>,
    pub(crate) can: Vec<(String, Place)>,
    pub(crate) cannot: Vec<(String, Place)>,
    pub(crate) count: Option<(Count, Place)>,
}

/// How many may hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) min: usize,
    pub(crate) max: usize,
}

const KEYS: [&str; 6] = ["name", "permission", "env", "can", "cannot", "count"];

pub(crate) fn assertions(
    node: &Node,
    settings: &Settings,
    findings: &mut Findings,
) -> Vec<Assertion> {
    let items = list(node, findings).iter();
    items
        .filter_map(|item| assertion(item, settings, findings))
        .collect()
}

fn assertion(node: &Node, settings: &Settings, findings: &mut Findings) -> Option<Assertion> {
    let entries = map(node, findings);
    if !matches!(node.value, Value::Map(_)) {
        return None;
    }
    let (mut name, mut permission) = (String::new(), None);
    let mut envs = BTreeSet::new();
    let (mut can, mut cannot, mut holders) = (Vec::new(), Vec::new(), None);
    for Entry { key, place, value } in entries {
        match key.as_str() {
            "name" => name = text(value, findings).unwrap_or_default().to_owned(),
            "permission" => {
                let key = text(value, findings);
                permission = key.map(|key| (key.to_owned(), value.place.clone()));
            }
            "env" => envs = one_or_several(value, settings, findings),
            "can" => can = addresses(value, findings),
            "cannot" => cannot = addresses(value, findings),
            "count" => holders = holder_count(value, findings).map(|it| (it, value.place.clone())),
            other => unknown_key(other, place, KEYS, findings),
        }
    }
    let has = |key: &str| entries.iter().any(|entry| entry.key == key);
    if !has("permission") {
        let hint = "say of which permission something must be so";
        findings.error(&node.place, "test", "`permission` is missing", hint);
    } else if !["can", "cannot", "count"].into_iter().any(has) {
        let hint = "write `can`, `cannot` or `count`";
        findings.error(&node.place, "test", "it asks nothing", hint);
    }
    Some(Assertion {
        name,
        permission: permission?,
        environments: envs,
        can,
        cannot,
        count: holders,
    })
}

fn one_or_several(node: &Node, settings: &Settings, findings: &mut Findings) -> BTreeSet<String> {
    match &node.value {
        Value::Text(_) => {
            let several = Node {
                place: node.place.clone(),
                value: Value::List(vec![node.clone()]),
            };
            environments(&several, settings, findings)
        }
        _ => environments(node, settings, findings),
    }
}

fn addresses(node: &Node, findings: &mut Findings) -> Vec<(String, Place)> {
    let all = texts(node, findings).into_iter();
    all.filter_map(|(text, place)| Some((address(text, place, findings)?, place.clone())))
        .collect()
}

/// A number, or `{min, max}`.
fn holder_count(node: &Node, findings: &mut Findings) -> Option<Count> {
    let Value::Map(entries) = &node.value else {
        if !matches!(node.value, Value::Number(_)) {
            unexpected(node, "a whole number, or `{min: 1, max: 5}`", findings);
            return None;
        }
        return count(node, findings).map(|n| Count { min: n, max: n });
    };
    let mut read = Count {
        min: 0,
        max: usize::MAX,
    };
    for Entry { key, place, value } in entries {
        match key.as_str() {
            "min" => read.min = count(value, findings)?,
            "max" => read.max = count(value, findings)?,
            other => unknown_key(other, place, ["min", "max"], findings),
        }
    }
    if entries.is_empty() || read.min > read.max {
        let hint = "write a number, or `{min: 1, max: 5}`";
        findings.error(&node.place, "test", "no number is meant by this", hint);
    }
    Some(read)
}
