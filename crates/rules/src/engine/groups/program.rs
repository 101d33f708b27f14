//! One program for many expressions, which shares what they begin with alike.
//!
//! Expressions in a list are often made from one template. Built side by side, each would be tried at
//! every place of a text until it differs from the text; as a tree they are tried as one until they differ
//! from each other. That keeps both the program and the automaton's states small.

use std::collections::HashMap;

use regex_automata::nfa::thompson::{BuildError, Builder, NFA, Transition};
use regex_automata::util::look::Look;
use regex_automata::util::primitives::StateID;
use regex_syntax::hir::{self, Class, ClassUnicode, Hir, HirKind, Repetition};
use regex_syntax::utf8::Utf8Sequences;

/// The program would be too big.
type Result<T> = std::result::Result<T, Box<BuildError>>;

/// Collects expressions; the number of each is its place among those added.
pub(super) struct Shared {
    builder: Builder,
    root: StateID,
    /// Where a step from a node of the tree leads.
    steps: HashMap<(StateID, Step), StateID>,
    /// States for one byte, each kept once, so that characters that end alike share their ends.
    ranges: HashMap<(u8, u8, StateID), StateID>,
    /// Whether all of them match at the start of a text only.
    anchored: bool,
}

#[derive(PartialEq, Eq, Hash)]
enum Step {
    Byte(u8),
    /// Anything else, as it is written.
    Part(String),
}

impl Shared {
    /// A program of about this size at most.
    pub(super) fn new(bytes: usize) -> Result<Self> {
        let mut builder = Builder::new();
        builder.set_size_limit(Some(bytes))?;
        Ok(Self {
            root: builder.add_union(Vec::new())?,
            builder,
            steps: HashMap::new(),
            ranges: HashMap::new(),
            anchored: true,
        })
    }

    /// About how many bytes the program takes.
    pub(super) fn memory(&self) -> usize {
        self.builder.memory_usage()
    }

    /// Adds an expression. After an error, the program must not be used.
    pub(super) fn add(&mut self, expression: &Hir) -> Result<()> {
        self.builder.start_pattern()?;
        let parts = match expression.kind() {
            HirKind::Concat(parts) => parts,
            _ => std::slice::from_ref(expression),
        };
        let start = HirKind::Look(hir::Look::Start);
        self.anchored &= parts.first().is_some_and(|part| *part.kind() == start);
        let mut node = self.root;
        for part in parts {
            if let HirKind::Literal(literal) = part.kind() {
                for &byte in &literal.0 {
                    node = self.step(node, Step::Byte(byte), |shared, next| {
                        shared.range(byte, byte, next)
                    })?;
                }
            } else {
                let step = Step::Part(part.to_string());
                node = self.step(node, step, |shared, next| shared.part(part, next))?;
            }
        }
        let found = self.builder.add_match()?;
        self.builder.patch(node, found)?;
        self.builder.finish_pattern(self.root)?;
        Ok(())
    }

    pub(super) fn build(mut self) -> Result<NFA> {
        let mut start = self.root;
        if !self.anchored {
            // Any bytes may come before.
            start = self.builder.add_union(Vec::new())?;
            let any = self.range(0, u8::MAX, start)?;
            self.builder.patch(start, self.root)?;
            self.builder.patch(start, any)?;
        }
        Ok(self.builder.build(self.root, start)?)
    }

    /// The node that a step leads to, made by `state` from the node if nobody came this way before.
    fn step(
        &mut self,
        node: StateID,
        step: Step,
        state: impl FnOnce(&mut Self, StateID) -> Result<StateID>,
    ) -> Result<StateID> {
        let key = (node, step);
        if let Some(&next) = self.steps.get(&key) {
            return Ok(next);
        }
        let next = self.builder.add_union(Vec::new())?;
        let first = state(self, next)?;
        self.builder.patch(node, first)?;
        self.steps.insert(key, next);
        Ok(next)
    }

    /// Where to start for a part of an expression and go on to `next`.
    // INVARIANT: recursion is bounded by how deep groups nest in an expression.
    fn part(&mut self, part: &Hir, next: StateID) -> Result<StateID> {
        match part.kind() {
            HirKind::Empty => Ok(next),
            HirKind::Literal(literal) => {
                let mut bytes = literal.0.iter().rev();
                bytes.try_fold(next, |next, &byte| self.range(byte, byte, next))
            }
            HirKind::Class(Class::Unicode(class)) => self.class(class, next),
            HirKind::Class(Class::Bytes(class)) => {
                let ranges = class.iter();
                self.bytes(ranges.map(|range| (range.start(), range.end())), next)
            }
            HirKind::Look(look) => Ok(self.builder.add_look(next, of(*look))?),
            HirKind::Repetition(repetition) => self.repetition(repetition, next),
            HirKind::Capture(capture) => self.part(&capture.sub, next),
            HirKind::Concat(parts) => {
                let mut parts = parts.iter().rev();
                parts.try_fold(next, |next, part| self.part(part, next))
            }
            HirKind::Alternation(parts) => {
                let starts = parts.iter().map(|part| self.part(part, next));
                let starts = starts.collect::<Result<_>>()?;
                Ok(self.builder.add_union(starts)?)
            }
        }
    }

    fn repetition(&mut self, repetition: &Repetition, next: StateID) -> Result<StateID> {
        let Repetition { min, max, sub, .. } = repetition;
        let mut start = next;
        match max {
            None => {
                start = self.builder.add_union(Vec::new())?;
                let again = self.part(sub, start)?;
                self.builder.patch(start, again)?;
                self.builder.patch(start, next)?;
            }
            Some(max) => {
                for _ in *min..*max {
                    let once = self.part(sub, start)?;
                    start = self.builder.add_union(vec![once, next])?;
                }
            }
        }
        for _ in 0..*min {
            start = self.part(sub, start)?;
        }
        Ok(start)
    }

    fn class(&mut self, class: &ClassUnicode, next: StateID) -> Result<StateID> {
        let ascii = |c: char| u8::try_from(c).unwrap_or(u8::MAX).min(0x7f);
        let low = class.iter().filter(|range| range.start().is_ascii());
        let low = low.map(|range| (ascii(range.start()), ascii(range.end())));
        let mut starts = Vec::new();
        if class
            .ranges()
            .first()
            .is_some_and(|range| range.start().is_ascii())
        {
            starts.push(self.bytes(low, next)?);
        }
        for range in class.iter().filter(|range| !range.end().is_ascii()) {
            let from = range.start().max('\u{80}');
            for bytes in Utf8Sequences::new(from, range.end()) {
                let mut bytes = bytes.as_slice().iter().rev();
                let start = bytes.try_fold(next, |next, b| self.range(b.start, b.end, next))?;
                if !starts.contains(&start) {
                    starts.push(start);
                }
            }
        }
        match starts[..] {
            [start] => Ok(start),
            _ => Ok(self.builder.add_union(starts)?),
        }
    }

    /// One byte of these ranges, which ascend and lie apart.
    fn bytes(&mut self, ranges: impl Iterator<Item = (u8, u8)>, next: StateID) -> Result<StateID> {
        let transitions: Vec<_> = ranges
            .map(|(start, end)| Transition { start, end, next })
            .collect();
        match transitions[..] {
            [Transition { start, end, .. }] => self.range(start, end, next),
            _ => Ok(self.builder.add_sparse(transitions)?),
        }
    }

    fn range(&mut self, start: u8, end: u8, next: StateID) -> Result<StateID> {
        if let Some(&known) = self.ranges.get(&(start, end, next)) {
            return Ok(known);
        }
        let state = self.builder.add_range(Transition { start, end, next })?;
        self.ranges.insert((start, end, next), state);
        Ok(state)
    }
}

fn of(look: hir::Look) -> Look {
    match look {
        hir::Look::Start => Look::Start,
        hir::Look::End => Look::End,
        hir::Look::StartLF => Look::StartLF,
        hir::Look::EndLF => Look::EndLF,
        hir::Look::StartCRLF => Look::StartCRLF,
        hir::Look::EndCRLF => Look::EndCRLF,
        hir::Look::WordAscii => Look::WordAscii,
        hir::Look::WordAsciiNegate => Look::WordAsciiNegate,
        hir::Look::WordUnicode => Look::WordUnicode,
        hir::Look::WordUnicodeNegate => Look::WordUnicodeNegate,
        hir::Look::WordStartAscii => Look::WordStartAscii,
        hir::Look::WordEndAscii => Look::WordEndAscii,
        hir::Look::WordStartUnicode => Look::WordStartUnicode,
        hir::Look::WordEndUnicode => Look::WordEndUnicode,
        hir::Look::WordStartHalfAscii => Look::WordStartHalfAscii,
        hir::Look::WordEndHalfAscii => Look::WordEndHalfAscii,
        hir::Look::WordStartHalfUnicode => Look::WordStartHalfUnicode,
        hir::Look::WordEndHalfUnicode => Look::WordEndHalfUnicode,
    }
}
