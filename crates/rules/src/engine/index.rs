//! Finding the rules for a type and an action, and inside such a bucket by the resource's data.

use super::cover::Frequencies;
use super::hash::{Map, StrMap};
use super::patterns::Patterns;
use super::program::{Kind, Node, Program, Resource};
use super::texts::TextIndex;
use super::values::{Postings, ValueIndex};
use super::{Compiled, Names};
use crate::naive::Attributes;
use crate::syntax::{RuleList, SlugSet, Slugs};

const NONE: u32 = u32::MAX;

/// Most (type, action) pairs that one rule is entered under; with more, one side is checked at the rule.
const PAIRS: usize = 64;

/// Buckets of rules by the names they speak about.
pub(super) struct Index {
    types: StrMap<u32>,
    actions: StrMap<u32>,
    pairs: Map<(u32, u32), u32>,
    /// Rules for a type and every action.
    by_type: Vec<u32>,
    /// Rules for an action and every type.
    by_action: Vec<u32>,
    everything: u32,
    buckets: Vec<Bucket>,
}

/// The numbers of a request's type and action, if any rule mentions them, and the buckets that may
/// hold its rules.
#[derive(Clone, Copy)]
pub(super) struct Route<'e> {
    pub(super) kind: u32,
    pub(super) action: u32,
    buckets: [Option<&'e Bucket>; 4],
}

/// Rules that share their type and action, found by one of their conditions where possible.
#[derive(Default)]
pub(super) struct Bucket {
    always: Postings,
    values: Vec<(u32, ValueIndex)>,
    texts: Vec<(u32, TextIndex)>,
    /// The first rule among `texts`.
    texts_from: u32,
}

impl Route<'_> {
    #[inline]
    pub(super) fn texts_from(&self) -> u32 {
        let buckets = self.buckets.iter().flatten();
        buckets.map(|b| b.texts_from).min().unwrap_or(NONE)
    }
}

impl<'e> Route<'e> {
    /// Rules that are cheap to find.
    #[inline]
    pub(super) fn values<A: Attributes + ?Sized>(
        &self,
        resource: &mut Resource<'_, A>,
        push: &mut impl FnMut(&'e [u32]),
    ) {
        for bucket in self.buckets.iter().flatten() {
            push(bucket.always.as_slice());
            for (attribute, index) in &bucket.values {
                index.find(resource.get(*attribute), push);
            }
        }
    }

    /// Rules found by patterns: hands over those that may be found from rule `at` on, where some part of
    /// an index starts, and returns where the next part starts. What is learnt of patterns on the way is
    /// noted at the resource.
    pub(super) fn texts<A: Attributes + ?Sized>(
        &self,
        at: u32,
        patterns: &Patterns,
        resource: &mut Resource<'_, A>,
        push: &mut impl FnMut(&'e [u32]),
    ) -> u32 {
        let mut next = NONE;
        for bucket in self.buckets.iter().flatten() {
            for (attribute, index) in &bucket.texts {
                let value = resource.get(*attribute);
                let mut matches = |pattern| resource.know(*attribute, pattern);
                next = next.min(index.find(at, patterns, value, push, &mut matches));
            }
        }
        next
    }
}

impl Index {
    #[inline]
    pub(super) fn route(&self, kind: &str, action: &str) -> Route<'_> {
        let kind = self.types.get(kind).copied().unwrap_or(NONE);
        let action = self.actions.get(action).copied().unwrap_or(NONE);
        self.route_of(kind, action)
    }

    /// As [`Index::route`], with another action.
    pub(super) fn reroute(&self, route: Route<'_>, action: &str) -> Route<'_> {
        let action = self.actions.get(action).copied().unwrap_or(NONE);
        self.route_of(route.kind, action)
    }

    #[inline]
    fn route_of(&self, kind: u32, action: u32) -> Route<'_> {
        let bucket = |id: u32| self.buckets.get(id as usize);
        let both = if kind == NONE || action == NONE {
            None
        } else {
            self.pairs.get(&(kind, action)).and_then(|&id| bucket(id))
        };
        let one = |table: &[u32], name: u32| table.get(name as usize).and_then(|&id| bucket(id));
        Route {
            kind,
            action,
            buckets: [
                both,
                one(&self.by_type, kind),
                one(&self.by_action, action),
                bucket(self.everything),
            ],
        }
    }

    /// Every action that a rule mentions.
    pub(super) fn actions(&self) -> impl Iterator<Item = &std::sync::Arc<str>> {
        self.actions.keys()
    }

    pub(super) fn warm(&self, patterns: &Patterns) {
        for bucket in &self.buckets {
            for (_, index) in &bucket.texts {
                index.warm(patterns);
            }
        }
    }

    /// Indexes the rules; buckets of at most `scan` rules are left as they are.
    pub(super) fn new(
        list: &RuleList,
        rules: &mut [Compiled],
        program: &Program,
        scan: usize,
    ) -> Self {
        let mut index = Self {
            types: StrMap::default(),
            actions: StrMap::default(),
            pairs: Map::default(),
            by_type: Vec::new(),
            by_action: Vec::new(),
            everything: NONE,
            buckets: Vec::new(),
        };
        let mut contents: Vec<Vec<u32>> = Vec::new();
        for (number, (rule, compiled)) in (0..).zip(list.0.iter().zip(&mut *rules)) {
            let kinds = places(&rule.types, &mut index.types);
            let actions = places(&rule.actions, &mut index.actions);
            index.by_type.resize(index.types.len(), NONE);
            index.by_action.resize(index.actions.len(), NONE);
            let (mut by_kind, mut by_action) = (kinds.entered(), actions.entered());
            if by_kind.len() * by_action.len() > PAIRS {
                by_action = &[NONE];
            }
            if by_kind.len() > PAIRS {
                by_kind = &[NONE];
                // A short list of actions is still worth entering under.
                if actions.entered().len() <= PAIRS {
                    by_action = actions.entered();
                }
            }
            compiled.kinds = kinds.check(by_kind);
            compiled.actions = actions.check(by_action);
            for &kind in by_kind {
                for &action in by_action {
                    let id = index.bucket_id(kind, action, contents.len() as u32);
                    if id as usize == contents.len() {
                        contents.push(Vec::new());
                    }
                    contents[id as usize].push(number);
                }
            }
        }
        let frequencies = Frequencies::of(program);
        index.buckets = contents
            .iter()
            .map(|numbers| {
                if numbers.len() <= scan {
                    Bucket::scanned(numbers)
                } else {
                    Bucket::new(numbers, rules, program, &frequencies)
                }
            })
            .collect();
        index
    }

    /// The bucket for these names, or the `next` one, which becomes theirs.
    fn bucket_id(&mut self, kind: u32, action: u32, next: u32) -> u32 {
        let id = match (kind, action) {
            (NONE, NONE) => &mut self.everything,
            (NONE, action) => &mut self.by_action[action as usize],
            (kind, NONE) => &mut self.by_type[kind as usize],
            pair => self.pairs.entry(pair).or_insert(NONE),
        };
        if *id == NONE {
            *id = next;
        }
        *id
    }
}

/// The names a rule speaks about, as numbers.
enum Places {
    Any,
    Only(Vec<u32>),
    Except(Vec<u32>),
}

impl Places {
    fn entered(&self) -> &[u32] {
        match self {
            Self::Only(names) => names,
            Self::Any | Self::Except(_) => &[NONE],
        }
    }

    /// What is left to check at a rule entered under these names.
    fn check(&self, entered: &[u32]) -> Names {
        let sorted = |names: &[u32]| {
            let mut names: Box<[u32]> = names.into();
            names.sort_unstable();
            names
        };
        match self {
            Self::Only(names) if entered == [NONE] => Names::Only(sorted(names)),
            Self::Except(names) if !names.is_empty() => Names::Except(sorted(names)),
            _ => Names::Any,
        }
    }
}

fn places(set: &SlugSet, ids: &mut StrMap<u32>) -> Places {
    let mut numbers = |names: &Slugs| -> Vec<u32> {
        let names = names.as_slice().iter();
        names
            .map(|name| match ids.get(name) {
                Some(&id) => id,
                None => {
                    let id = ids.len() as u32;
                    ids.insert(name.clone(), id);
                    id
                }
            })
            .collect()
    };
    match set {
        SlugSet::Any => Places::Any,
        SlugSet::Only(names) => Places::Only(numbers(names)),
        SlugSet::Except(names) => Places::Except(numbers(names)),
    }
}

impl Bucket {
    fn scanned(numbers: &[u32]) -> Self {
        let mut bucket = Self {
            texts_from: NONE,
            ..Self::default()
        };
        for &rule in numbers {
            bucket.always.push(rule);
        }
        bucket
    }

    fn new(
        numbers: &[u32],
        rules: &[Compiled],
        program: &Program,
        frequencies: &Frequencies<'_>,
    ) -> Self {
        let mut bucket = Self::default();
        let mut value_slots: Map<u32, usize> = Map::default();
        let mut text_slots: Map<u32, usize> = Map::default();
        for &number in numbers {
            let rule = &rules[number as usize];
            let Some(cover) = frequencies.cover(program, rule.root, rule.effect) else {
                bucket.always.push(number);
                continue;
            };
            for test in cover.tests {
                let Node::Test(test) = &program.nodes[test as usize] else {
                    continue;
                };
                match &test.kind {
                    Kind::Text { attribute, pattern } => {
                        let index = slot(&mut bucket.texts, &mut text_slots, *attribute);
                        index.add(number, rule.effect, *pattern);
                    }
                    Kind::Equal { attribute, value } => {
                        let index = slot(&mut bucket.values, &mut value_slots, *attribute);
                        index.add(number, rule.effect, value);
                    }
                    Kind::Member { attribute, members } => {
                        let index = slot(&mut bucket.values, &mut value_slots, *attribute);
                        for value in program.members[*members as usize].items() {
                            index.add(number, rule.effect, value);
                        }
                    }
                    // Never part of a cover.
                    Kind::Overlap { .. } | Kind::Other { .. } => bucket.always.push(number),
                }
            }
        }
        let first = bucket.texts.iter().map(|(_, index)| index.first()).min();
        bucket.texts_from = first.unwrap_or(NONE);
        bucket
    }
}

fn slot<'b, I: Default>(
    indexes: &'b mut Vec<(u32, I)>,
    slots: &mut Map<u32, usize>,
    attribute: u32,
) -> &'b mut I {
    let at = *slots.entry(attribute).or_insert_with(|| {
        indexes.push((attribute, I::default()));
        indexes.len() - 1
    });
    &mut indexes[at].1
}
