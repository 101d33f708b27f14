//! Where a reader is in an expression, and what it has to know there.

use std::collections::HashSet;

use regex_syntax::hir::Hir;

/// What is wrong with a regular expression, with the byte offset into it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} at byte {offset} of the pattern")]
pub struct RegexError {
    /// What is wrong and what to write instead.
    pub message: String,
    /// Where, in bytes from the start of the pattern.
    pub offset: usize,
}

#[derive(Clone, Copy)]
pub(super) struct Flags {
    pub(super) fold: bool,
    pub(super) multi_line: bool,
    pub(super) dot_all: bool,
}

/// A parsed piece with the product of the counted repeats inside it.
pub(super) struct Node {
    pub(super) hir: Hir,
    pub(super) repeats: u32,
}

pub(super) struct Parser<'a> {
    pub(super) source: &'a str,
    pub(super) at: usize,
    pub(super) depth: usize,
    pub(super) ranges: usize,
    pub(super) names: HashSet<&'a str>,
}

impl<'a> Parser<'a> {
    pub(super) fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    pub(super) fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    pub(super) fn error(&self, message: impl Into<String>, offset: usize) -> RegexError {
        RegexError {
            message: message.into(),
            offset,
        }
    }
}
