//! Finding rules by patterns on one attribute, all patterns at once.
//!
//! Patterns that look at a fixed text leave the regular expressions: whole texts, beginnings and endings
//! are hashed, inner texts share one automaton. An expression that needs a fixed text which few others need
//! is found by that text; what is left runs all at once, see `groups`. As in `values`, more may be found
//! than match, never fewer.

use std::cmp::Ordering;
use std::sync::{Arc, OnceLock};

use aho_corasick::AhoCorasick;

use super::groups::{Expression, Group, groups};
use super::hash::{Map, StrMap};
use super::patterns::{Budget, Patterns, Plan};
use super::text::{with_folded, with_text};
use super::values::Postings;
use crate::pattern::{Place, Required, Shape};
use crate::syntax::Effect;
use crate::value::Value;

/// Most expressions that are looked at one by one because of the same text.
const SHARED: usize = 8;

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
    /// Patterns that are run on their own when a fixed text has found them.
    single: Vec<u32>,
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

    /// Hands over rules found by this value in ascending runs: those that may be found from rule `at` on,
    /// where one part of the index starts. Returns where the next part starts, [`u32::MAX`] if none does.
    /// Some patterns that match for certain are told to `matches`.
    pub(super) fn find<'e>(
        &'e self,
        at: u32,
        patterns: &Patterns,
        value: &Value,
        push: &mut impl FnMut(&'e [u32]),
        matches: &mut impl FnMut(u32),
    ) -> u32 {
        if at < self.first() {
            return self.first();
        }
        let next = with_text(value, |text| {
            let tables = self.tables(patterns);
            if at == self.first() {
                tables.find(text, push);
            }
            let mut next = u32::MAX;
            for group in &tables.groups {
                match group.first().cmp(&at) {
                    Ordering::Less => {}
                    Ordering::Equal => group.find(text, push, matches),
                    Ordering::Greater => next = next.min(group.first()),
                }
            }
            next
        });
        next.unwrap_or_else(|| {
            if at == self.first() {
                push(self.denials.as_slice());
            }
            u32::MAX
        })
    }

    fn tables(&self, patterns: &Patterns) -> &Tables {
        self.tables
            .get_or_init(|| Tables::new(&self.entries, patterns))
    }

    /// Builds everything that is otherwise built at first use.
    pub(super) fn warm(&self, patterns: &Patterns) {
        for &pattern in &self.tables(patterns).single {
            patterns.warm(pattern);
        }
    }
}

impl Tables {
    fn new(entries: &[Entry], patterns: &Patterns) -> Self {
        let mut tables = Self::default();
        let mut rest = Vec::new();
        let mut visited_always = Vec::new();
        let needed = Needed::by(entries, patterns);
        for entry in entries {
            if patterns.is_bad(entry.pattern) {
                // Undecided, which is enough to deny.
                if entry.effect == Effect::Deny {
                    visited_always.push(entry.rule);
                }
                continue;
            }
            match patterns.get(entry.pattern).plan() {
                Plan::Bad => {}
                Plan::Literal { folds, shape } => {
                    let (place, text) = match shape {
                        Shape::Exact(text) => (Place::Whole, text),
                        Shape::Prefix(text) => (Place::Start, text),
                        Shape::Suffix(text) => (Place::End, text),
                        Shape::Contains(text) if !text.is_empty() => (Place::Inside, text),
                        Shape::Contains(_) | Shape::Regex => {
                            visited_always.push(entry.rule);
                            continue;
                        }
                    };
                    tables.family(*folds).add(place, text, entry.rule);
                }
                Plan::Regex {
                    hir,
                    folds,
                    required,
                } => match needed.rarest(*folds, required) {
                    Some(Required { place, texts }) => {
                        tables.single.push(entry.pattern);
                        for text in texts {
                            tables.family(*folds).add(*place, text, entry.rule);
                        }
                    }
                    None => rest.push(Expression {
                        rule: entry.rule,
                        pattern: entry.pattern,
                        hir,
                    }),
                },
            }
        }
        let budget = patterns.budget();
        for family in [&mut tables.plain, &mut tables.folded] {
            family.finish(budget, &mut visited_always);
        }
        tables.groups = groups(&rest, budget, &mut visited_always);
        visited_always.sort_unstable();
        for rule in visited_always {
            tables.every.push(rule);
        }
        tables
    }

    fn family(&mut self, folds: bool) -> &mut Family {
        if folds {
            &mut self.folded
        } else {
            &mut self.plain
        }
    }

    /// Hands over what fixed texts find.
    fn find<'e>(&'e self, text: &str, push: &mut impl FnMut(&'e [u32])) {
        self.plain.find(text, push);
        if !self.folded.is_empty() {
            with_folded(text, |folded| self.folded.find(folded, push));
        }
        push(self.every.as_slice());
    }
}

/// How many rules need each text at each place, folded or not.
struct Needed<'p>(Map<(bool, Place, &'p str), usize>);

impl<'p> Needed<'p> {
    fn by(entries: &[Entry], patterns: &'p Patterns) -> Self {
        let mut needed = Self(Map::default());
        for entry in entries {
            let Plan::Regex {
                folds, required, ..
            } = patterns.get(entry.pattern).plan()
            else {
                continue;
            };
            for Required { place, texts } in required {
                for text in texts {
                    *needed.0.entry((*folds, *place, text)).or_default() += 1;
                }
            }
        }
        needed
    }

    /// The requirement that the fewest rules share; `None` if all are shared by many, or pass too easily.
    fn rarest<'r>(&self, folds: bool, required: &'r [Required]) -> Option<&'r Required> {
        let shared = |Required { place, texts }: &Required| {
            let each = texts.iter().map(|text| {
                let count = self.0.get(&(folds, *place, &**text));
                count.copied().unwrap_or_default()
            });
            each.max().unwrap_or_default()
        };
        required
            .iter()
            .filter(|required| is_telling(required))
            .map(|required| (shared(required), required))
            .filter(|(shared, _)| *shared <= SHARED)
            .min_by_key(|(shared, required)| (*shared, required.place == Place::Inside))
            .map(|(_, required)| required)
    }
}

/// Whether few texts pass, so that the expression need not be run for the others.
fn is_telling(required: &Required) -> bool {
    let least = match required.place {
        Place::Whole => 0,
        Place::Start | Place::End => 2,
        Place::Inside => 3,
    };
    required.texts.iter().all(|text| text.len() >= least)
}

impl Family {
    fn is_empty(&self) -> bool {
        self.whole.is_empty()
            && self.beginnings.lengths.is_empty()
            && self.endings.lengths.is_empty()
            && self.inner.is_none()
    }

    fn add(&mut self, place: Place, text: &Arc<str>, rule: u32) {
        match place {
            Place::Whole => self.whole.entry(text.clone()).or_default().push(rule),
            Place::Start => self.beginnings.add(text.bytes(), rule),
            Place::End => self.endings.add(text.bytes().rev(), rule),
            Place::Inside => {
                let postings = self.collecting.entry(text.clone()).or_default();
                postings.push(rule);
            }
        }
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
