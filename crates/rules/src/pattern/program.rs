//! Compiling expressions within their limits.

use regex_automata::meta::{self, Regex};
use regex_syntax::hir::{Class, Hir, HirKind};

use super::limits::PatternLimits;

/// Memory a program's automaton may take for each thread that runs it.
const AUTOMATON: usize = 256 << 10;

/// The program for an expression; `None` if it is too big.
pub(crate) fn compile(hir: &Hir, limits: &PatternLimits) -> Option<Regex> {
    let config = meta::Config::new()
        .hybrid_cache_capacity(AUTOMATON)
        .nfa_size_limit(Some(limits.program_bytes));
    Regex::builder().configure(config).build_from_hir(hir).ok()
}

/// Whether compiling the expression may run into the limit on its size.
pub(crate) fn may_be_too_big(hir: &Hir, limits: &PatternLimits) -> bool {
    // Its weight is told to within a factor of eight.
    weight(hir) > limits.program_bytes / 8
}

/// About how many bytes a program of states and transitions takes.
pub(crate) fn weight(hir: &Hir) -> usize {
    const STATE: usize = 32;
    const RANGE: usize = 8;
    // Several bytes, each a state.
    const WIDE: usize = 200;
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => STATE,
        HirKind::Literal(literal) => literal.0.len() * STATE,
        HirKind::Class(Class::Bytes(class)) => STATE + class.ranges().len() * RANGE,
        HirKind::Class(Class::Unicode(class)) => {
            let wide = class.iter().filter(|range| !range.end().is_ascii());
            STATE + class.ranges().len() * RANGE + wide.count() * WIDE
        }
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min.saturating_add(1));
            (weight(&repetition.sub) + STATE).saturating_mul(times.max(1) as usize)
        }
        HirKind::Capture(capture) => weight(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts
            .iter()
            .fold(STATE, |sum, part| sum.saturating_add(weight(part))),
    }
}
