//! Finding rules by patterns on one attribute, all patterns at once.
//!
//! Patterns that look at a fixed text leave the regular expressions: whole texts, beginnings and endings
//! are hashed, inner texts share one automaton. An expression with a fixed text in plain sight is found by
//! that text. What is left is run in groups. As in `values`, more may be found than match, never fewer.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use regex_automata::util::pool::Pool;
use regex_automata::{Input, PatternSet, meta::Regex};

use super::hash::{Map, StrMap};
use super::patterns::{Budget, Patterns, Plan, several};
use super::text::{with_folded, with_text};
use super::values::Postings;
use crate::pattern::Shape;
use crate::syntax::Effect;
use crate::value::Value;

/// Expressions run together.
const GROUP: usize = 64;

#[derive(Default)]
pub(super) struct TextIndex {
    entries: Vec<Entry>,
    /// Denials, which a value without a text leaves undecided.
    denials: Postings,
    tables: OnceLock<Tables>,
}

struct Entry {
    rule: u32,
    effect: Effect,
    pattern: u32,
}

/// What is built from the entries when a text is first looked at.
#[derive(Default)]
struct Tables {
    plain: Family,
    folded: Family,
    groups: Vec<Group>,
    /// Found by every text.
    every: Postings,
}

/// Fixed texts compared with the subject, all as it is or all folded.
#[derive(Default)]
struct Family {
    whole: StrMap<Postings>,
    beginnings: Ends,
    endings: Ends,
    inner: Option<Inner>,
    collecting: StrMap<Postings>,
}

/// Fixed texts at one end of the subject.
#[derive(Default)]
struct Ends {
    /// Their different lengths, ascending.
    lengths: Vec<usize>,
    /// By hash; texts that share one are told apart by whoever runs the condition.
    by_hash: Map<u64, Postings>,
}

struct Inner {
    automaton: AhoCorasick,
    postings: Vec<Postings>,
}

struct Group {
    regex: Regex,
    found: Pool<PatternSet, fn() -> PatternSet>,
    rules: Vec<u32>,
}

impl TextIndex {
    /// Enters a rule whose condition needs the attribute to match this pattern.
    pub(super) fn add(&mut self, rule: u32, effect: Effect, pattern: u32) {
        self.entries.push(Entry {
            rule,
            effect,
            pattern,
        });
        if effect == Effect::Deny {
            self.denials.push(rule);
        }
    }

    /// The first rule that may be found.
    pub(super) fn first(&self) -> u32 {
        self.entries.first().map_or(u32::MAX, |entry| entry.rule)
    }

    /// Hands over the rules found by this value in ascending runs.
    pub(super) fn find<'e>(
        &'e self,
        patterns: &Patterns,
        value: &Value,
        push: &mut impl FnMut(&'e [u32]),
    ) {
        let found = with_text(value, |text| self.tables(patterns).find(text, push));
        if found.is_none() {
            push(self.denials.as_slice());
        }
    }

    fn tables(&self, patterns: &Patterns) -> &Tables {
        self.tables
            .get_or_init(|| Tables::new(&self.entries, patterns))
    }

    /// Builds everything that is otherwise built at first use.
    pub(super) fn warm(&self, patterns: &Patterns) {
        self.tables(patterns);
        for entry in &self.entries {
            patterns.warm(entry.pattern);
        }
    }
}

impl Tables {
    fn new(entries: &[Entry], patterns: &Patterns) -> Self {
        let mut tables = Self::default();
        let mut rest: Vec<(u32, &str)> = Vec::new();
        let mut visited_always = Vec::new();
        for entry in entries {
            let (folds, shape) = match patterns.get(entry.pattern).plan() {
                Plan::Bad => {
                    if entry.effect == Effect::Deny {
                        visited_always.push(entry.rule);
                    }
                    continue;
                }
                Plan::Literal { folds, shape } => (*folds, shape),
                Plan::Regex {
                    folds,
                    required: Some(shape),
                    ..
                } if is_telling(shape) => (*folds, shape),
                Plan::Regex { translated, .. } => {
                    rest.push((entry.rule, translated));
                    continue;
                }
            };
            let family = if folds {
                &mut tables.folded
            } else {
                &mut tables.plain
            };
            match shape {
                Shape::Exact(text) => family
                    .whole
                    .entry(text.clone())
                    .or_default()
                    .push(entry.rule),
                Shape::Prefix(text) => family.beginnings.add(text.bytes(), entry.rule),
                Shape::Suffix(text) => family.endings.add(text.bytes().rev(), entry.rule),
                Shape::Contains(text) if !text.is_empty() => {
                    family
                        .collecting
                        .entry(text.clone())
                        .or_default()
                        .push(entry.rule);
                }
                Shape::Contains(_) | Shape::Regex => visited_always.push(entry.rule),
            }
        }
        let budget = patterns.budget();
        for family in [&mut tables.plain, &mut tables.folded] {
            family.finish(budget, &mut visited_always);
        }
        for part in rest.chunks(GROUP) {
            tables.group(part, budget, &mut visited_always);
        }
        visited_always.sort_unstable();
        for rule in visited_always {
            tables.every.push(rule);
        }
        tables
    }

    fn group(&mut self, part: &[(u32, &str)], budget: &Budget, visited_always: &mut Vec<u32>) {
        let rules: Vec<u32> = part.iter().map(|&(rule, _)| rule).collect();
        let sources: Vec<&str> = part.iter().map(|&(_, source)| source).collect();
        match several(&sources) {
            Some(regex) if budget.take(regex.memory_usage()) => self.groups.push(Group {
                regex,
                found: Pool::new(|| PatternSet::new(GROUP)),
                rules,
            }),
            // Each must fit its own limit; together they need not.
            None if part.len() > 1 => {
                let (left, right) = part.split_at(part.len() / 2);
                self.group(left, budget, visited_always);
                self.group(right, budget, visited_always);
            }
            _ => visited_always.extend(rules),
        }
    }

    fn find<'e>(&'e self, text: &str, push: &mut impl FnMut(&'e [u32])) {
        self.plain.find(text, push);
        if !self.folded.is_empty() {
            with_folded(text, |folded| self.folded.find(folded, push));
        }
        for group in &self.groups {
            group.find(text, push);
        }
        push(self.every.as_slice());
    }
}

/// Whether few texts pass the test, so that it is worth running before the expression.
fn is_telling(shape: &Shape) -> bool {
    match shape {
        Shape::Exact(_) => true,
        Shape::Prefix(text) | Shape::Suffix(text) => text.len() >= 2,
        Shape::Contains(text) => text.len() >= 3,
        Shape::Regex => false,
    }
}

impl Family {
    fn is_empty(&self) -> bool {
        self.whole.is_empty()
            && self.beginnings.lengths.is_empty()
            && self.endings.lengths.is_empty()
            && self.inner.is_none()
    }

    fn finish(&mut self, budget: &Budget, visited_always: &mut Vec<u32>) {
        let mut texts: Vec<_> = self.collecting.drain().collect();
        self.collecting.shrink_to_fit();
        if texts.is_empty() {
            return;
        }
        texts.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        match AhoCorasick::new(texts.iter().map(|(text, _)| text.as_bytes())) {
            Ok(automaton) if budget.take(automaton.memory_usage()) => {
                let postings = texts.into_iter().map(|(_, postings)| postings).collect();
                self.inner = Some(Inner {
                    automaton,
                    postings,
                });
            }
            _ => visited_always.extend(texts.iter().flat_map(|(_, rules)| rules.as_slice())),
        }
    }

    fn find<'e>(&'e self, text: &str, push: &mut impl FnMut(&'e [u32])) {
        if !self.whole.is_empty()
            && let Some(postings) = self.whole.get(text)
        {
            push(postings.as_slice());
        }
        self.beginnings.find(text.len(), text.bytes(), push);
        self.endings.find(text.len(), text.bytes().rev(), push);
        if let Some(inner) = &self.inner {
            for found in inner.automaton.find_overlapping_iter(text) {
                push(inner.postings[found.pattern().as_usize()].as_slice());
            }
        }
    }
}

impl Ends {
    /// Enters a rule under a text, whose bytes come from the end it stands at inwards.
    fn add(&mut self, bytes: impl ExactSizeIterator<Item = u8>, rule: u32) {
        let length = bytes.len();
        let hash = bytes.fold(START, step);
        if let Err(at) = self.lengths.binary_search(&length) {
            self.lengths.insert(at, length);
        }
        self.by_hash
            .entry(keyed(hash, length))
            .or_default()
            .push(rule);
    }

    fn find<'e>(
        &'e self,
        available: usize,
        mut bytes: impl Iterator<Item = u8>,
        push: &mut impl FnMut(&'e [u32]),
    ) {
        let mut hash = START;
        let mut taken = 0;
        for &length in &self.lengths {
            if length > available {
                break;
            }
            hash = bytes.by_ref().take(length - taken).fold(hash, step);
            taken = length;
            if let Some(postings) = self.by_hash.get(&keyed(hash, length)) {
                push(postings.as_slice());
            }
        }
    }
}

const START: u64 = 0xcbf2_9ce4_8422_2325;

fn step(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
}

fn keyed(hash: u64, length: usize) -> u64 {
    hash ^ (length as u64).rotate_left(40)
}

impl Group {
    fn find<'e>(&'e self, text: &str, push: &mut impl FnMut(&'e [u32])) {
        // Most texts match none of them, which is quicker to learn than which ones.
        if !self.regex.is_match(text) {
            return;
        }
        let mut found = self.found.get();
        found.clear();
        let input = Input::new(text);
        self.regex.which_overlapping_matches(&input, &mut found);
        for pattern in found.iter() {
            push(std::slice::from_ref(&self.rules[pattern.as_usize()]));
        }
    }
}
