//! The patterns of a list, each kept once, read and compiled when first needed.
//!
//! The programs a list keeps share one budget. A pattern that no longer fits is compiled for each use:
//! slow, but right, and bounded in memory.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use regex_automata::meta::{self, Regex};
use regex_automata::nfa::thompson::WhichCaptures;
use regex_automata::util::syntax;

use super::text::with_folded;
use crate::pattern::{Analysis, Like, PatternLimits, Shape};
use crate::syntax::Operator;

/// Memory one program's lazily built automaton may take for each thread that runs it.
const AUTOMATON: usize = 256 << 10;

pub(super) struct Patterns {
    cells: Vec<Cell>,
    budget: Budget,
}

/// What is left of the memory for programs.
pub(super) struct Budget(AtomicUsize);

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
    /// By running an expression; matching texts also pass `required`, if there is one.
    Regex {
        folds: bool,
        translated: String,
        required: Option<Shape>,
    },
}

enum Program {
    Ready(Regex),
    TooBig,
    /// The budget was used up.
    Unkept,
}

impl Budget {
    /// Takes this many bytes out, if there are as many.
    pub(super) fn take(&self, bytes: usize) -> bool {
        let less = |left: usize| left.checked_sub(bytes);
        let order = Ordering::Relaxed;
        self.0.fetch_update(order, order, less).is_ok()
    }
}

impl Patterns {
    pub(super) fn new(budget: usize) -> Self {
        Self {
            cells: Vec::new(),
            budget: Budget(AtomicUsize::new(budget)),
        }
    }

    pub(super) fn get(&self, id: u32) -> &Cell {
        &self.cells[id as usize]
    }

    pub(super) fn budget(&self) -> &Budget {
        &self.budget
    }

    pub(super) fn budget_left(&self) -> usize {
        self.budget.0.load(Ordering::Relaxed)
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
            Plan::Regex { translated, .. } => match cell.program(translated, &self.budget) {
                Program::Ready(regex) => Some(regex.is_match(text)),
                Program::TooBig => None,
                Program::Unkept => Some(one(translated)?.is_match(text)),
            },
        }
    }

    /// Compiles the program of this pattern if it needs one.
    pub(super) fn warm(&self, id: u32) {
        let cell = self.get(id);
        if let Plan::Regex { translated, .. } = cell.plan() {
            cell.program(translated, &self.budget);
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
        let folds = self.op == Operator::MatchFold;
        let Analysis {
            shape,
            translated,
            required,
        } = Analysis::new(&self.source, folds, &limits).ok()?;
        Some(match shape {
            Shape::Regex => Plan::Regex {
                folds,
                translated,
                required,
            },
            shape => Plan::Literal { folds, shape },
        })
    }

    fn program(&self, translated: &str, budget: &Budget) -> &Program {
        self.program.get_or_init(|| match one(translated) {
            None => Program::TooBig,
            Some(regex) if budget.take(regex.memory_usage() + translated.len()) => {
                Program::Ready(regex)
            }
            Some(_) => Program::Unkept,
        })
    }
}

/// Compiles one expression as [`crate::Pattern`] does; `None` if it is too big.
fn one(translated: &str) -> Option<Regex> {
    let config = config().nfa_size_limit(Some(PatternLimits::default().program_bytes));
    Regex::builder()
        .configure(config)
        .syntax(syntax())
        .build(translated)
        .ok()
}

/// Compiles several expressions into one program that tells which of them match; `None` if it is too big.
pub(super) fn several(translated: &[&str]) -> Option<Regex> {
    let config = config()
        .match_kind(regex_automata::MatchKind::All)
        .which_captures(WhichCaptures::None)
        .nfa_size_limit(Some(PatternLimits::default().program_bytes / 2));
    Regex::builder()
        .configure(config)
        .syntax(syntax())
        .build_many(translated)
        .ok()
}

fn config() -> meta::Config {
    meta::Config::new().hybrid_cache_capacity(AUTOMATON)
}

fn syntax() -> syntax::Config {
    syntax::Config::new().nest_limit(2048)
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
