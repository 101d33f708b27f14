//! The patterns of a list, each kept once, read and compiled when first needed.
//!
//! The programs a list keeps share one budget. A pattern that no longer fits is compiled for each use:
//! slow, but right, and bounded in memory.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use regex_automata::meta::{self, Regex};
use regex_syntax::hir::{Class, Hir, HirKind};

use super::text::with_folded;
use crate::pattern::{Analysis, Like, PatternLimits, Required, Shape};
use crate::syntax::Operator;

/// Memory one program's lazily built automaton may take for each thread that runs it.
const AUTOMATON: usize = 256 << 10;

pub(super) struct Patterns {
    cells: Vec<Cell>,
    budget: Budget,
}

/// What is left of the memory for programs.
pub(super) struct Budget {
    left: AtomicUsize,
    whole: usize,
}

pub(super) struct Cell {
    op: Operator,
    source: Arc<str>,
    plan: OnceLock<Plan>,
    program: OnceLock<Program>,
}

/// How a pattern is tested.
pub(super) enum Plan {
    /// It is no pattern, so nothing can be decided with it.
    Bad,
    /// By looking at one end or the whole of the text, folded or as it is.
    Literal { folds: bool, shape: Shape },
    /// By running an expression; matching texts also have all that is `required`, which is told of
    /// folded texts if it `folds`.
    Regex {
        hir: Hir,
        folds: bool,
        required: Vec<Required>,
    },
}

enum Program {
    Ready(Regex),
    /// The expression is bigger than any may be, so nothing can be decided with it.
    TooBig,
    /// The budget was used up.
    Unkept,
}

impl Budget {
    /// Takes this many bytes out, if there are as many.
    pub(super) fn take(&self, bytes: usize) -> bool {
        let less = |left: usize| left.checked_sub(bytes);
        let order = Ordering::Relaxed;
        self.left.fetch_update(order, order, less).is_ok()
    }

    fn left(&self) -> usize {
        self.left.load(Ordering::Relaxed)
    }

    /// Whether more than half of it is left.
    fn is_ample(&self) -> bool {
        self.left() > self.whole / 2
    }
}

impl Patterns {
    pub(super) fn new(budget: usize) -> Self {
        Self {
            cells: Vec::new(),
            budget: Budget {
                left: AtomicUsize::new(budget),
                whole: budget,
            },
        }
    }

    pub(super) fn get(&self, id: u32) -> &Cell {
        &self.cells[id as usize]
    }

    pub(super) fn budget(&self) -> &Budget {
        &self.budget
    }

    pub(super) fn budget_left(&self) -> usize {
        self.budget.left()
    }

    /// Whether the text matches; `None` if that cannot be decided.
    pub(super) fn test(&self, id: u32, text: &str) -> Option<bool> {
        let cell = self.get(id);
        match cell.plan() {
            Plan::Bad => None,
            Plan::Literal { folds, shape } => {
                if *folds {
                    with_folded(text, |folded| shape.matches(folded))
                } else {
                    shape.matches(text)
                }
            }
            Plan::Regex { hir, .. } => match cell.program(hir, &self.budget) {
                Program::Ready(regex) => Some(regex.is_match(text)),
                Program::TooBig => None,
                Program::Unkept => Some(one(hir, Speed::Quick)?.is_match(text)),
            },
        }
    }

    /// Compiles the program of this pattern if it needs one.
    pub(super) fn warm(&self, id: u32) {
        let cell = self.get(id);
        if let Plan::Regex { hir, .. } = cell.plan() {
            cell.program(hir, &self.budget);
        }
    }

    /// Whether nothing can be decided with the pattern, whatever the text.
    pub(super) fn is_bad(&self, id: u32) -> bool {
        let cell = self.get(id);
        match cell.plan() {
            Plan::Bad => true,
            Plan::Literal { .. } => false,
            Plan::Regex { hir, .. } => {
                may_be_too_big(hir) && matches!(cell.program(hir, &self.budget), Program::TooBig)
            }
        }
    }
}

impl Cell {
    pub(super) fn plan(&self) -> &Plan {
        self.plan.get_or_init(|| self.read().unwrap_or(Plan::Bad))
    }

    fn read(&self) -> Option<Plan> {
        let limits = PatternLimits::default();
        if self.op == Operator::Like {
            let like = Like::new(&self.source, &limits).ok()?;
            let shape = like.shape().clone();
            return Some(Plan::Literal { folds: true, shape });
        }
        let fold = self.op == Operator::MatchFold;
        let analysis = Analysis::new(&self.source, fold, &limits).ok()?;
        Some(match analysis.shape {
            Shape::Regex => {
                let (folds, required) = analysis.required();
                Plan::Regex {
                    hir: analysis.hir,
                    folds,
                    required,
                }
            }
            shape => Plan::Literal {
                folds: analysis.folds,
                shape,
            },
        })
    }

    fn program(&self, hir: &Hir, budget: &Budget) -> &Program {
        self.program.get_or_init(|| {
            // The last half is for programs that take little, so that more of them are kept.
            let speed = if budget.is_ample() || may_be_too_big(hir) {
                Speed::Quick
            } else {
                Speed::Small
            };
            match one(hir, speed) {
                None => Program::TooBig,
                Some(regex) if budget.take(regex.memory_usage()) => Program::Ready(regex),
                Some(_) => Program::Unkept,
            }
        })
    }
}

/// What a program is built for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Speed {
    Quick,
    /// Several times slower, in half the memory and nothing to speak of for each thread.
    Small,
}

/// Compiles one expression as [`crate::Pattern`] does; `None` if it is too big.
fn one(hir: &Hir, speed: Speed) -> Option<Regex> {
    let quick = speed == Speed::Quick;
    let config = meta::Config::new()
        .hybrid_cache_capacity(AUTOMATON)
        .hybrid(quick)
        .onepass(quick)
        .auto_prefilter(quick)
        .nfa_size_limit(Some(PatternLimits::default().program_bytes));
    Regex::builder().configure(config).build_from_hir(hir).ok()
}

/// Whether compiling the expression may run into the limit on its size.
fn may_be_too_big(hir: &Hir) -> bool {
    weight(hir) > PatternLimits::default().program_bytes / 8
}

/// About how many bytes a program of states and transitions takes.
pub(super) fn weight(hir: &Hir) -> usize {
    const STATE: usize = 32;
    const RANGE: usize = 8;
    /// Several bytes, each a state.
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

/// Hands out one number for each different pattern.
pub(super) struct Interner<'l> {
    ids: HashMap<(Operator, &'l str), u32>,
    pub(super) patterns: Patterns,
}

impl<'l> Interner<'l> {
    pub(super) fn new(budget: usize) -> Self {
        Self {
            ids: HashMap::new(),
            patterns: Patterns::new(budget),
        }
    }

    pub(super) fn intern(&mut self, op: Operator, source: &'l Arc<str>) -> u32 {
        *self.ids.entry((op, source)).or_insert_with(|| {
            let cells = &mut self.patterns.cells;
            cells.push(Cell {
                op,
                source: source.clone(),
                plan: OnceLock::new(),
                program: OnceLock::new(),
            });
            (cells.len() - 1) as u32
        })
    }
}
