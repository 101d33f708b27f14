//! Expressions that no fixed text finds, run all at once.
//!
//! A group is one automaton over all its expressions, whose states are built when a text first leads to
//! them and kept in a cache of fixed size for each thread. A step costs the same however many expressions
//! there are; building a state costs as much as stepping through all of them. Groups are as large as
//! their programs may be, so that there are few. They follow the order of the list, so that later ones need
//! not run if an earlier rule decides.

mod program;

use std::error::Error;
use std::panic::{RefUnwindSafe, UnwindSafe};

use regex_automata::hybrid::dfa::{self, DFA};
use regex_automata::hybrid::{CacheError, LazyStateID};
use regex_automata::util::pool::Pool;
use regex_automata::{Input, MatchKind};
use regex_syntax::hir::Hir;

use super::patterns::{Budget, weight};
use program::Shared;

/// Memory for the program of a group, in bytes; the last expression may take it past that.
const PROGRAM: usize = 8 << 20;

/// Memory that a group's states may take for each thread, on top of what one step takes at least.
const STATES: usize = 1 << 20;

/// Different expressions whose matches are told once; those of further ones may be told repeatedly.
const TOLD: usize = 16;

pub(super) struct Group {
    automaton: DFA,
    caches: Caches,
    rules: Vec<u32>,
}

type Caches =
    Pool<dfa::Cache, Box<dyn Fn() -> dfa::Cache + Send + Sync + UnwindSafe + RefUnwindSafe>>;

/// Groups the expressions, which come in the order of their rules. Rules for which there is no memory are
/// left to be visited always.
pub(super) fn groups(
    expressions: &[(u32, &Hir)],
    budget: &Budget,
    visited_always: &mut Vec<u32>,
) -> Vec<Group> {
    let mut groups = Vec::new();
    let mut rest = expressions;
    while !rest.is_empty() {
        let (part, group) = match Group::of_first(rest) {
            Ok(built) => built,
            // Something is odd about the first; the others may do.
            Err(_) => (1, None),
        };
        let (part, others) = rest.split_at(part);
        match group {
            Some(group) if budget.take(group.memory()) => groups.push(group),
            _ => visited_always.extend(part.iter().map(|(rule, _)| rule)),
        }
        rest = others;
    }
    groups
}

impl Group {
    /// The group of as many of the first expressions as belong together, and how many these are.
    fn of_first(expressions: &[(u32, &Hir)]) -> Result<(usize, Option<Self>), Box<dyn Error>> {
        let mut program = Shared::new(2 * PROGRAM)?;
        let mut rules = Vec::new();
        for (rule, expression) in expressions {
            let big = weight(expression) > PROGRAM / 2;
            if big && rules.is_empty() {
                return Ok((1, None));
            }
            if big || program.memory() > PROGRAM {
                break;
            }
            program.add(expression)?;
            rules.push(*rule);
        }
        let program = program.build()?;
        let config = DFA::config().match_kind(MatchKind::All);
        let least = config.get_minimum_cache_capacity(&program)?;
        let automaton = DFA::builder()
            .configure(config.cache_capacity(least + STATES))
            .build_from_nfa(program)?;
        let for_caches = automaton.clone();
        let group = Self {
            automaton,
            caches: Pool::new(Box::new(move || for_caches.create_cache())),
            rules,
        };
        Ok((group.rules.len(), Some(group)))
    }

    fn memory(&self) -> usize {
        self.automaton.get_nfa().memory_usage() + self.rules.len() * size_of::<u32>()
    }

    /// The first rule that may be found.
    pub(super) fn first(&self) -> u32 {
        self.rules.first().copied().unwrap_or(u32::MAX)
    }

    /// Hands over the rules whose expressions match, each on its own, in no order.
    pub(super) fn find<'e>(&'e self, text: &str, push: &mut impl FnMut(&'e [u32])) {
        let mut matches = Matches {
            group: self,
            told: [u32::MAX; TOLD],
            len: 0,
        };
        if matches.run(text, push).is_none() {
            // INVARIANT: an automaton without bytes to stop at, whose cache may be emptied as often as
            // need be, never gives up. If it did, everything would have to be looked at.
            push(&self.rules);
        }
    }
}

struct Matches<'e> {
    group: &'e Group,
    told: [u32; TOLD],
    len: usize,
}

impl<'e> Matches<'e> {
    fn run(&mut self, text: &str, push: &mut impl FnMut(&'e [u32])) -> Option<()> {
        let automaton = &self.group.automaton;
        let mut cache = self.group.caches.get();
        let start = automaton.start_state_forward(&mut cache, &Input::new(text));
        let mut state = start.ok()?;
        for &byte in text.as_bytes() {
            state = automaton.next_state(&mut cache, state, byte).ok()?;
            if state.is_tagged() {
                if state.is_match() {
                    self.tell(&cache, state, push);
                } else if state.is_dead() {
                    return Some(());
                } else if state.is_quit() {
                    return None;
                }
            }
        }
        let state: Result<LazyStateID, CacheError> = automaton.next_eoi_state(&mut cache, state);
        let state = state.ok()?;
        if state.is_match() {
            self.tell(&cache, state, push);
        }
        Some(())
    }

    fn tell(&mut self, cache: &dfa::Cache, state: LazyStateID, push: &mut impl FnMut(&'e [u32])) {
        let automaton = &self.group.automaton;
        for i in 0..automaton.match_len(cache, state) {
            let pattern = automaton.match_pattern(cache, state, i);
            let rule = &self.group.rules[pattern.as_usize()];
            if self.told[..self.len].contains(rule) {
                continue;
            }
            if let Some(free) = self.told.get_mut(self.len) {
                *free = *rule;
                self.len += 1;
            }
            push(std::slice::from_ref(rule));
        }
    }
}
