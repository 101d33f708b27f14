//! Diagnostics found so far, and the way from the root to what they are about.

use std::fmt::Write as _;

use super::{Code, Diagnostic, Limits, LoadError, Position};
use crate::value::{NumberError, Value};

/// Diagnostics found so far.
pub(super) struct Report {
    found: Vec<(Code, String, Option<usize>, String)>,
    omitted: usize,
    most: usize,
}

impl Report {
    pub(super) fn new(limits: &Limits) -> Self {
        // At least one is kept, because a LoadError is never empty.
        Self {
            found: Vec::new(),
            omitted: 0,
            most: limits.diagnostics.max(1),
        }
    }

    pub(super) fn add(
        &mut self,
        code: Code,
        path: String,
        at: Option<usize>,
        message: impl Into<String>,
    ) {
        if self.found.len() < self.most {
            self.found.push((code, path, at, message.into()));
        } else {
            self.omitted += 1;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    pub(super) fn into_error(self, text: Option<&str>) -> LoadError {
        let mut order: Vec<_> = self.found;
        order.sort_by_key(|(_, _, at, _)| *at);
        // One pass over the text for all positions, since offsets only grow.
        let (mut seen, mut line, mut column) = (0, 1, 1);
        let diagnostics = order.into_iter().map(|(code, path, at, message)| {
            let position = text.zip(at).map(|(text, offset)| {
                for c in text.get(seen..offset).unwrap_or_default().chars() {
                    (line, column) = if c == '\n' {
                        (line + 1, 1)
                    } else {
                        (line, column + 1)
                    };
                }
                seen = offset;
                Position {
                    offset,
                    line,
                    column,
                }
            });
            Diagnostic {
                code,
                path,
                position,
                message,
            }
        });
        LoadError {
            diagnostics: diagnostics.collect(),
            omitted: self.omitted,
        }
    }
}

/// The way from the root to a node, kept on the stack and written out only for a diagnostic.
#[derive(Clone, Copy)]
pub(super) enum Path<'a> {
    Root,
    Index(&'a Path<'a>, usize),
    Key(&'a Path<'a>, &'a str),
}

impl Path<'_> {
    pub(super) fn index(&self, index: usize) -> Path<'_> {
        Path::Index(self, index)
    }

    pub(super) fn key<'a>(&'a self, key: &'a str) -> Path<'a> {
        Path::Key(self, key)
    }

    pub(super) fn write(&self) -> String {
        let mut steps = vec![*self];
        while let Some(Path::Index(parent, _) | Path::Key(parent, _)) = steps.last() {
            steps.push(**parent);
        }
        let mut out = String::new();
        for step in steps.into_iter().rev() {
            // Writing to a string cannot fail.
            let _ = match step {
                Path::Root => Ok(()),
                Path::Index(_, index) => write!(out, "[{index}]"),
                Path::Key(_, key)
                    if !key.is_empty()
                        && key
                            .bytes()
                            .all(|b| b.is_ascii_alphanumeric() || b"_$-".contains(&b)) =>
                {
                    let dot = if out.is_empty() { "" } else { "." };
                    write!(out, "{dot}{key}")
                }
                Path::Key(_, key) => write!(out, "[{}]", Value::from(clip(key))),
            };
        }
        out
    }
}

pub(super) fn too_deep(limit: usize) -> String {
    format!("condition sets nest deeper than {limit} levels; flatten the conditions")
}

pub(super) fn written_twice(key: &str) -> String {
    format!("the key `{}` is written twice; keep one", clip(key))
}

pub(super) fn out_of_range(written: &str, error: NumberError) -> String {
    format!(
        "the number `{}` is {error}; write it as a string",
        clip(written)
    )
}

/// Shortens the user's text for a message.
pub(super) fn clip(text: &str) -> String {
    const LONGEST: usize = 60;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST).chain(['…']).collect()
}
