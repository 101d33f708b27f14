//! The members of a kind: what they take, for forms and descriptions, and how they are read from
//! JSON with every fault told at once.

use portcullis_rules::{Budget, Diagnostic, Limits, RuleList};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::FieldError;

/// A member of a kind, in JSON and in forms.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// What a form calls it.
    pub label: &'static str,
    /// What it means, in a sentence.
    pub about: &'static str,
}

/// What a member takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// The name of a permission.
    Permission,
    /// A text of at most so many characters.
    Text(usize),
    /// A list of such texts.
    Texts(usize),
    /// A whole number.
    Number,
    /// A list of rules, or its text.
    Rules,
    /// A list of objects.
    Objects,
}

/// The members of a JSON object, being read.
#[derive(Debug)]
pub struct Members<'j> {
    pub(super) map: &'j Map<String, Value>,
    pub(super) at: &'j str,
    pub(super) faults: &'j mut Vec<FieldError>,
    pub(super) budget: &'j Budget,
}

impl Members<'_> {
    /// The member `name`, which must be there.
    pub fn required<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        let value = self.map.get(name).cloned();
        match value {
            Some(value) => self.read(name, value),
            None => self.fault(name, "this member is required"),
        }
    }

    /// The member `name`, or what stands for none.
    pub fn or_default<T: DeserializeOwned + Default>(&mut self, name: &str) -> Option<T> {
        match self.map.get(name).cloned() {
            Some(value) => self.read(name, value),
            None => Some(T::default()),
        }
    }

    /// The items of the list `name`, none where it is left out; a fault stands at its item.
    pub fn each<T: DeserializeOwned, C: FromIterator<T>>(&mut self, name: &str) -> Option<C> {
        let items: Vec<Value> = self.or_default(name)?;
        let read = items.into_iter().enumerate();
        let read: Vec<Option<T>> = read
            .map(|(at, item)| self.read(&format!("{name}/{at}"), item))
            .collect();
        read.into_iter().collect()
    }

    /// The places `name` in which something holds. Where that is everywhere they are left out: an
    /// empty list is stored as everywhere, too, which none of them is not.
    pub fn places<T: DeserializeOwned, C: FromIterator<T>>(&mut self, name: &str) -> Option<C> {
        match self.map.get(name) {
            Some(Value::Array(none)) if none.is_empty() => self.fault(
                name,
                "it would hold nowhere; name at least one, or leave it out for everywhere",
            ),
            _ => self.each(name),
        }
    }

    /// The list of rules `name`.
    pub fn rules(&mut self, name: &str) -> Option<RuleList> {
        match self.map.get(name) {
            Some(value) => {
                let at = format!("{}/{name}", self.at);
                read_rules(value, &at, self.faults, self.budget)
            }
            None => self.fault(name, "a list has rules; send at least `[]`"),
        }
    }

    fn read<T: DeserializeOwned>(&mut self, name: &str, value: Value) -> Option<T> {
        match serde_json::from_value(value) {
            Ok(read) => Some(read),
            Err(wrong) => self.fault(name, wrong.to_string()),
        }
    }

    fn fault<T>(&mut self, name: &str, wrong: impl Into<String>) -> Option<T> {
        let at = format!("{}/{name}", self.at);
        self.faults.push(FieldError::new(at, wrong));
        None
    }
}

/// A list of rules, or its text, in which repeated keys are seen and faults have a line; pushes
/// every diagnostic where it stands below `at`. Compiling spends of the budget.
pub fn read_rules(
    value: &Value,
    at: &str,
    faults: &mut Vec<FieldError>,
    budget: &Budget,
) -> Option<RuleList> {
    let limits = Limits::default();
    let loaded = match value {
        Value::String(text) => RuleList::from_json_str_within(text, &limits, budget),
        value => RuleList::from_json_value_within(value, &limits, budget),
    };
    let error = match loaded {
        Ok(list) => return Some(list),
        Err(error) => error,
    };
    for diagnostic in error.diagnostics() {
        let place = format!("{at}{}", pointer(&diagnostic.path));
        faults.push(FieldError::new(place, placed(diagnostic)));
    }
    if error.omitted() > 0 {
        faults.push(FieldError::new(at, format!("and {} more", error.omitted())));
    }
    None
}

/// What is wrong with a text, after its line and column if it has them.
#[must_use]
pub fn placed(wrong: &Diagnostic) -> String {
    match wrong.position {
        Some(at) => format!("line {}, column {}: {}", at.line, at.column, wrong.message),
        None => wrong.message.clone(),
    }
}

/// A diagnostic's place as a JSON pointer: `[3].where.action` is `/3/where/action`.
#[must_use]
pub fn pointer(path: &str) -> String {
    let mut out = String::new();
    let mut rest = path;
    while !rest.is_empty() {
        // Names that are no plain words stand quoted in brackets.
        let (step, after) = if let Some(quoted) = rest.strip_prefix("[\"") {
            let end = quoted.find("\"]").unwrap_or(quoted.len());
            (&quoted[..end], quoted.get(end + 2..).unwrap_or_default())
        } else if let Some(index) = rest.strip_prefix('[') {
            let end = index.find(']').unwrap_or(index.len());
            (&index[..end], index.get(end + 1..).unwrap_or_default())
        } else {
            let word = rest.strip_prefix('.').unwrap_or(rest);
            let end = word.find(['.', '[']).unwrap_or(word.len());
            (&word[..end], &word[end..])
        };
        out.push('/');
        out.push_str(&step.replace('~', "~0").replace('/', "~1"));
        rest = after;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_pointers() {
        let table = [
            ("", ""),
            ("[3].where.rsrc_match[0]", "/3/where/rsrc_match/0"),
            ("[0].where.rsrc_match.$or[1]", "/0/where/rsrc_match/$or/1"),
            ("[0][\"a/b c\"].x", "/0/a~1b c/x"),
        ];
        for (path, pointed) in table {
            assert_eq!(pointer(path), pointed);
        }
    }
}
