//! Reads regular expressions in the RE2 dialect (Perl and POSIX classes, Unicode properties, no
//! look-around, no back-references) into the engine's intermediate form.
//!
//! The engine's own parser is not used for whole expressions: it accepts forms RE2 refuses and reads
//! others differently, silently. Only Unicode property tables are looked up through it. Greediness and
//! captures are dropped, because rules ask only whether there is a match.

mod class;
mod parser;
mod repeat;

use std::collections::HashSet;

use class::{any, literal, negated, range};
pub use parser::RegexError;
use parser::{Flags, Node, Parser};
use regex_syntax::hir::{Class, Hir, Look};

pub(super) fn parse(source: &str, fold: bool, depth: usize) -> Result<Hir, RegexError> {
    let mut parser = Parser {
        source,
        at: 0,
        depth,
        ranges: 0,
        names: HashSet::new(),
    };
    let flags = Flags {
        fold,
        multi_line: false,
        dot_all: false,
    };
    let node = parser.alternation(flags, 0)?;
    if parser.peek().is_some() {
        return Err(parser.error("there is a `)` too many", parser.at));
    }
    Ok(node.hir)
}

impl<'a> Parser<'a> {
    /// Branches separated by bars, up to a closing parenthesis or the end.
    fn alternation(&mut self, mut flags: Flags, depth: usize) -> Result<Node, RegexError> {
        if depth > self.depth {
            let message = format!(
                "groups nest deeper than {}; flatten the expression",
                self.depth
            );
            return Err(self.error(message, self.at));
        }
        let mut branches = Vec::new();
        let mut repeats = 1;
        loop {
            let branch = self.branch(&mut flags, depth)?;
            repeats = repeats.max(branch.repeats);
            branches.push(branch.hir);
            if !self.eat("|") {
                return Ok(Node {
                    hir: Hir::alternation(branches),
                    repeats,
                });
            }
        }
    }

    /// A sequence of repeated items. Flags set by `(?i)` stay set past a bar, up to the group's end.
    fn branch(&mut self, flags: &mut Flags, depth: usize) -> Result<Node, RegexError> {
        let mut items: Vec<Node> = Vec::new();
        // Whether the next operator would have something to repeat, and whether that was repeated.
        let mut repeatable = false;
        let mut repeated = false;
        while let Some(c) = self.peek() {
            let start = self.at;
            if c == '|' || c == ')' {
                break;
            }
            if let Some((min, max)) = self.repeat_operator()? {
                // A `?` right after means lazy, which makes no difference to whether there is a match.
                let operator = &self.source[start..self.at];
                if repeated {
                    let message =
                        format!("`{operator}` repeats a repeat; put the inner one in `(?:…)`");
                    return Err(self.error(message, start));
                }
                self.eat("?");
                let item = items.pop().filter(|_| repeatable).ok_or_else(|| {
                    let message = format!(
                        "`{operator}` has nothing to repeat; write `\\{c}` for the character"
                    );
                    self.error(message, start)
                })?;
                items.push(self.repeat(item, min, max, start, operator.starts_with('{'))?);
                repeated = true;
                continue;
            }
            repeated = false;
            if self.eat("\\Q") {
                let (text, skip) = match self.rest().find("\\E") {
                    Some(end) => (&self.rest()[..end], end + 2),
                    None => (self.rest(), self.rest().len()),
                };
                for c in text.chars() {
                    items.push(Node {
                        hir: literal(c, *flags),
                        repeats: 1,
                    });
                }
                repeatable = !text.is_empty();
                self.at += skip;
                continue;
            }
            if c == '(' {
                repeatable = match self.group(flags, depth)? {
                    Some(node) => {
                        items.push(node);
                        true
                    }
                    None => false,
                };
                continue;
            }
            let hir = self.atom(*flags)?;
            items.push(Node { hir, repeats: 1 });
            repeatable = true;
        }
        let repeats = items.iter().map(|n| n.repeats).max().unwrap_or(1);
        Ok(Node {
            hir: Hir::concat(items.into_iter().map(|n| n.hir).collect()),
            repeats,
        })
    }

    /// A group, or `None` for a flag setting such as `(?i)`, which changes `flags` instead.
    fn group(&mut self, flags: &mut Flags, depth: usize) -> Result<Option<Node>, RegexError> {
        let start = self.at;
        self.at += 1;
        let mut inner = *flags;
        if self.eat("?P<") {
            let name = self.rest().split('>').next().unwrap_or_default();
            let valid =
                !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            if !valid || !self.rest()[name.len()..].starts_with('>') {
                let message = "a group name is letters, digits and `_` followed by `>`";
                return Err(self.error(message, start));
            }
            if !self.names.insert(name) {
                let message =
                    format!("the group name `{name}` is used twice; names are not needed here");
                return Err(self.error(message, start));
            }
            self.at += name.len() + 1;
        } else if self.eat("?") && !self.flag_setting(&mut inner, start)? {
            *flags = inner;
            return Ok(None);
        }
        let node = self.alternation(inner, depth + 1)?;
        if !self.eat(")") {
            return Err(self.error("the group is not closed; add `)` or write `\\(`", start));
        }
        Ok(Some(node))
    }

    /// Reads flags after `(?`; true if a group body follows (`:`), false if the flags stand alone.
    fn flag_setting(&mut self, flags: &mut Flags, start: usize) -> Result<bool, RegexError> {
        let (mut on, mut seen) = (true, false);
        loop {
            let c = self.bump();
            match c {
                Some('i') => flags.fold = on,
                Some('m') => flags.multi_line = on,
                Some('s') => flags.dot_all = on,
                // Swaps greedy and lazy: no difference here.
                Some('U') => {}
                Some('-') if on => {
                    (on, seen) = (false, false);
                    continue;
                }
                Some(':') if on || seen => return Ok(true),
                Some(')') if seen => return Ok(false),
                _ => {
                    let written = &self.source[start..self.at];
                    let message = format!(
                        "`{written}` is not supported; groups are `(…)`, `(?:…)`, `(?P<name>…)`, and flags \
                         are `i`, `m`, `s`, `U`"
                    );
                    return Err(self.error(message, start));
                }
            }
            seen = true;
        }
    }

    fn atom(&mut self, flags: Flags) -> Result<Hir, RegexError> {
        let start = self.at;
        let Some(c) = self.bump() else {
            return Ok(Hir::empty());
        };
        Ok(match c {
            '.' if flags.dot_all => Hir::class(Class::Unicode(any())),
            '.' => Hir::class(Class::Unicode(negated(range('\n', '\n')))),
            '^' if flags.multi_line => Hir::look(Look::StartLF),
            '^' => Hir::look(Look::Start),
            '$' if flags.multi_line => Hir::look(Look::EndLF),
            '$' => Hir::look(Look::End),
            '[' => Hir::class(Class::Unicode({
                let class = self.bracket(flags, start)?;
                self.spend(class, start)?
            })),
            '\\' => match self.peek() {
                Some('A') => self.look(Look::Start),
                Some('z') => self.look(Look::End),
                Some('b') => self.look(Look::WordAscii),
                Some('B') => self.look(Look::WordAsciiNegate),
                _ => match self.class_escape(flags, start)? {
                    Some(class) => Hir::class(Class::Unicode(self.spend(class, start)?)),
                    None => literal(self.escape(start)?, flags),
                },
            },
            c => literal(c, flags),
        })
    }

    fn look(&mut self, look: Look) -> Hir {
        self.at += 1;
        Hir::look(look)
    }
}
