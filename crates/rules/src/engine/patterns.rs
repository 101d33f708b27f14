//! The patterns of a list, each kept once, read and compiled when first needed.
//!
//! How one is compiled and run is told in `program`.

mod program;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

pub(super) use program::Budget;
use program::{Program, Scratch};
use regex_syntax::hir::Hir;

use super::text::with_folded;
use crate::pattern::{Analysis, Like, PatternLimits, Required, Shape, may_be_too_big};
use crate::syntax::Operator;

pub(super) struct Patterns {
    cells: Vec<Cell>,
    budget: Budget,
    scratch: Scratch,
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

impl Patterns {
    pub(super) fn new(budget: usize) -> Self {
        Self {
            cells: Vec::new(),
            budget: Budget::new(budget),
            scratch: Scratch::default(),
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
            Plan::Regex { hir, .. } => {
                let program = cell.program(hir, &self.budget);
                program.is_match(hir, text, &self.scratch)
            }
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
                may_be_too_big(hir, &PatternLimits::default())
                    && matches!(cell.program(hir, &self.budget), Program::TooBig)
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
        self.program.get_or_init(|| Program::new(hir, budget))
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
