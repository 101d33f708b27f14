//! Programs for single expressions, within the list's memory.
//!
//! The first few of a list are quick and keep an automaton for each thread that runs them. All others are
//! small and share what they need while they run, so that memory does not grow with the patterns that
//! texts happen to lead to. An expression for which no memory is left is compiled for each use: slow, but
//! right, and bounded.

use std::sync::atomic::{AtomicUsize, Ordering};

use regex_automata::meta::Regex;
use regex_automata::nfa::thompson::backtrack::{self, BoundedBacktracker};
use regex_automata::nfa::thompson::pikevm::PikeVM;
use regex_automata::nfa::thompson::{Config, NFA};
use regex_automata::util::pool::Pool;
use regex_syntax::hir::Hir;

use crate::pattern::{PatternLimits, compile, may_be_too_big};

/// Programs of a list that are built to be quick.
const QUICK: usize = 256;

/// What is left of the memory for programs.
pub(in crate::engine) struct Budget {
    bytes: AtomicUsize,
    quick: AtomicUsize,
}

pub(super) enum Program {
    Quick(Regex),
    Small(BoundedBacktracker),
    /// The expression is bigger than any may be, so nothing can be decided with it.
    TooBig,
    /// The budget was used up.
    Unkept,
}

/// What small programs need while they run, for each thread.
pub(super) struct Scratch(Pool<Option<backtrack::Cache>, fn() -> Option<backtrack::Cache>>);

impl Budget {
    pub(super) fn new(bytes: usize) -> Self {
        Self {
            bytes: AtomicUsize::new(bytes),
            quick: AtomicUsize::new(QUICK),
        }
    }

    /// Takes this many bytes out, if there are as many.
    pub(in crate::engine) fn take(&self, bytes: usize) -> bool {
        take(&self.bytes, bytes)
    }

    pub(super) fn left(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }
}

fn take(from: &AtomicUsize, some: usize) -> bool {
    let order = Ordering::Relaxed;
    let less = |left: usize| left.checked_sub(some);
    from.fetch_update(order, order, less).is_ok()
}

impl Default for Scratch {
    fn default() -> Self {
        Self(Pool::new(|| None))
    }
}

impl Program {
    pub(super) fn new(hir: &Hir, budget: &Budget) -> Self {
        // Only the quick kind tells whether an expression is too big.
        if may_be_too_big(hir, &PatternLimits::default()) || take(&budget.quick, 1) {
            return match compile(hir, &PatternLimits::default()) {
                None => Self::TooBig,
                Some(regex) if budget.take(regex.memory_usage()) => Self::Quick(regex),
                Some(_) => Self::Unkept,
            };
        }
        match small(hir) {
            Some((regex, bytes)) if budget.take(bytes) => Self::Small(regex),
            _ => Self::Unkept,
        }
    }

    /// Whether the text matches; `None` if that cannot be decided.
    pub(super) fn is_match(&self, hir: &Hir, text: &str, scratch: &Scratch) -> Option<bool> {
        match self {
            Self::Quick(regex) => Some(regex.is_match(text)),
            Self::Small(regex) => Some(scratch.is_match(regex, text)),
            Self::TooBig => None,
            Self::Unkept => Some(compile(hir, &PatternLimits::default())?.is_match(text)),
        }
    }
}

impl Scratch {
    fn is_match(&self, regex: &BoundedBacktracker, text: &str) -> bool {
        let mut cache = self.0.get();
        let cache = cache.get_or_insert_with(|| regex.create_cache());
        cache.reset(regex);
        regex.try_is_match(cache, text).unwrap_or_else(|_| {
            // The text is too long to note every place of it for every state.
            let nfa = regex.get_nfa().clone();
            PikeVM::new_from_nfa(nfa)
                .is_ok_and(|slow| slow.is_match(&mut slow.create_cache(), text))
        })
    }
}

/// Compiles an expression that is known not to be too big, and tells how many bytes it takes.
fn small(hir: &Hir) -> Option<(BoundedBacktracker, usize)> {
    let compiled = NFA::compiler().configure(Config::new()).build_from_hir(hir);
    let nfa = compiled.ok()?;
    let bytes = nfa.memory_usage() + size_of::<BoundedBacktracker>();
    Some((BoundedBacktracker::new_from_nfa(nfa).ok()?, bytes))
}
