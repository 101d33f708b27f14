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

use super::patterns::Budget;
use crate::pattern::weight;
use program::Shared;

/// Memory for the program of a group, in bytes; the last expression may take it past that.
const PROGRAM: usize = 8 << 20;

/// Memory that a group's states may take for each thread, on top of what one step takes at least.
const STATES: usize = 1 << 20;

/// Different expressions whose matches are told once; those of further ones may be told repeatedly.
const TOLD: usize = 16;

/// An expression that a rule asks for.
pub(super) struct Expression<'p> {
    pub(super) rule: u32,
    pub(super) pattern: u32,
    pub(super) hir: &'p Hir,
}

pub(super) struct Group {
    automaton: DFA,
    caches: Caches,
    rules: Vec<u32>,
    /// For each rule its pattern, if finding the rule proves that it matches.
    proved: Vec<Option<u32>>,
}

type Caches =
    Pool<dfa::Cache, Box<dyn Fn() -> dfa::Cache + Send + Sync + UnwindSafe + RefUnwindSafe>>;

/// Groups the expressions, which come in the order of their rules. Rules for which there is no memory are
/// left to be visited always.
pub(super) fn groups(
    expressions: &[Expression<'_>],
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
            _ => visited_always.extend(part.iter().map(|expression| expression.rule)),
        }
        rest = others;
    }
    groups
}

impl Group {
    /// The group of as many of the first expressions as belong together, and how many these are.
    fn of_first(expressions: &[Expression<'_>]) -> Result<(usize, Option<Self>), Box<dyn Error>> {
        let mut program = Shared::new(2 * PROGRAM)?;
        let mut rules = Vec::new();
        let mut proved = Vec::new();
        for Expression { rule, pattern, hir } in expressions {
            let big = weight(hir) > PROGRAM / 2;
            if big && rules.is_empty() {
                return Ok((1, None));
            }
            if big || program.memory() > PROGRAM {
                break;
            }
            program.add(hir)?;
            rules.push(*rule);
            // The automaton goes by bytes: what may match no text at all may match inside a character.
            let certain = hir.properties().minimum_len() > Some(0);
            proved.push(certain.then_some(*pattern));
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
            proved,
        };
        Ok((group.rules.len(), Some(group)))
    }

    fn memory(&self) -> usize {
        self.automaton.get_nfa().memory_usage()
            + self.rules.len() * (size_of::<u32>() + size_of::<Option<u32>>())
    }

    /// The first rule that may be found.
    pub(super) fn first(&self) -> u32 {
        self.rules.first().copied().unwrap_or(u32::MAX)
    }

    /// Hands over the rules whose expressions match, each on its own, in no order, and the patterns that
    /// are proved to match by that.
    pub(super) fn find<'e>(
        &'e self,
        text: &str,
        push: &mut impl FnMut(&'e [u32]),
        matches: &mut impl FnMut(u32),
    ) {
        let mut told = Told {
            group: self,
            told: [u32::MAX; TOLD],
            len: 0,
        };
        let run = told.run(text, &mut |rule, proved| {
            push(std::slice::from_ref(rule));
            if let Some(pattern) = proved {
                matches(pattern);
            }
        });
        if run.is_none() {
            // INVARIANT: an automaton without bytes to stop at, whose cache may be emptied as often as
            // need be, never gives up. If it did, everything would have to be looked at.
            push(&self.rules);
        }
    }
}

/// The rules told so far.
struct Told<'e> {
    group: &'e Group,
    told: [u32; TOLD],
    len: usize,
}

impl<'e> Told<'e> {
    /// `None` if the automaton gave up.
    fn run(&mut self, text: &str, tell: &mut impl FnMut(&'e u32, Option<u32>)) -> Option<()> {
        let automaton = &self.group.automaton;
        let mut cache = self.group.caches.get();
        let start = automaton.start_state_forward(&mut cache, &Input::new(text));
        let mut state = start.ok()?;
        for &byte in text.as_bytes() {
            state = automaton.next_state(&mut cache, state, byte).ok()?;
            if state.is_tagged() {
                if state.is_match() {
                    self.tell(&cache, state, tell);
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
            self.tell(&cache, state, tell);
        }
        Some(())
    }

    fn tell(
        &mut self,
        cache: &dfa::Cache,
        state: LazyStateID,
        tell: &mut impl FnMut(&'e u32, Option<u32>),
    ) {
        let automaton = &self.group.automaton;
        for i in 0..automaton.match_len(cache, state) {
            let found = automaton.match_pattern(cache, state, i).as_usize();
            let rule = &self.group.rules[found];
            if self.told[..self.len].contains(rule) {
                continue;
            }
            if let Some(free) = self.told.get_mut(self.len) {
                *free = *rule;
                self.len += 1;
            }
            tell(rule, self.group.proved[found]);
        }
    }
}
