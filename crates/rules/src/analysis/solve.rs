//! Looks for a request that satisfies a formula, or proves that there is none.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::atoms::Atoms;
use super::formula::{ANY, Formula, Outcomes};
use super::space::{Given, Rows, Space};
use crate::budget::Budget;
use crate::value::Value;

/// A request: action, type and attributes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found {
    pub(super) resource_type: Arc<str>,
    pub(super) action: Arc<str>,
    pub(super) attributes: BTreeMap<Arc<str>, Value>,
}

/// What came of a search.
#[derive(Debug)]
pub(super) enum Answer {
    /// This request satisfies the formula.
    Found(Found),
    /// No request does.
    Impossible,
    /// Neither was shown.
    Unknown,
}

/// A question prepared for solving: the same atoms seen through real values and through bounds.
pub(super) struct Solver {
    budget: Budget,
    concrete: Space,
    /// Absent if real values already cover everything.
    covering: Option<Space>,
}

impl Solver {
    /// Nothing if the budget does not suffice.
    pub(super) fn new(atoms: &Atoms, budget: &Budget) -> Option<Self> {
        let (concrete, covered) = Space::new(atoms, Rows::Concrete, budget)?;
        let covering = match covered {
            true => None,
            false => Some(Space::new(atoms, Rows::Covering, budget)?.0),
        };
        Some(Self {
            budget: budget.clone(),
            concrete,
            covering,
        })
    }

    fn search(&self, space: &Space, formula: &Formula, steps: usize, left: &mut usize) -> Search {
        // Each step looks at rows, as many as there are at worst.
        let rows = space.variables.iter().map(|v| v.rows.len()).max();
        let cost = 1 + rows.unwrap_or_default() as u64 / 32;
        let before = *left;
        if self.budget.is_spent() {
            *left = 0;
            return Search::Exhausted;
        }
        let found = search(space, formula, steps, left);
        match self.budget.spend((before - *left) as u64 * cost) {
            true => found,
            false => Search::Exhausted,
        }
    }

    /// Solves within a number of steps, which it takes from `left`.
    pub(super) fn solve(&self, formula: &Formula, steps: usize, left: &mut usize) -> Answer {
        match self.search(&self.concrete, formula, steps, left) {
            Search::Satisfied(state) => return Answer::Found(state.request(&self.concrete)),
            Search::Failed if self.covering.is_none() => return Answer::Impossible,
            Search::Failed | Search::Exhausted => {}
        }
        match self
            .covering
            .as_ref()
            .map(|s| self.search(s, formula, steps, left))
        {
            Some(Search::Failed) => Answer::Impossible,
            _ => Answer::Unknown,
        }
    }

    /// How much was built.
    pub(super) fn size(&self) -> usize {
        let spaces = [Some(&self.concrete), self.covering.as_ref()];
        let variables = spaces.into_iter().flatten().flat_map(|s| &s.variables);
        variables.map(|v| v.rows.len() * v.atoms.len()).sum()
    }

    /// Whether it is proved that no request satisfies the formula.
    pub(super) fn impossible(&self, formula: &Formula, steps: usize, left: &mut usize) -> bool {
        let space = self.covering.as_ref().unwrap_or(&self.concrete);
        matches!(self.search(space, formula, steps, left), Search::Failed)
    }
}

enum Search {
    Satisfied(State),
    Failed,
    Exhausted,
}

fn search(space: &Space, formula: &Formula, steps: usize, left: &mut usize) -> Search {
    let steps_given = steps.min(*left);
    let mut steps = steps_given;
    let result = branch(
        space,
        State::new(space),
        vec![formula],
        Vec::new(),
        &mut steps,
    );
    *left -= steps_given - steps;
    match result {
        Some(Some(state)) => Search::Satisfied(state),
        Some(None) => Search::Failed,
        None => Search::Exhausted,
    }
}

/// The outcomes and rows that are still possible.
#[derive(Clone)]
struct State {
    atoms: Vec<Outcomes>,
    alive: Vec<Vec<u32>>,
}

impl State {
    fn new(space: &Space) -> Self {
        let rows = |v: &super::space::Variable| (0..).take(v.rows.len()).collect();
        Self {
            atoms: vec![ANY; space.place.len()],
            alive: space.variables.iter().map(rows).collect(),
        }
    }

    /// Narrows an atom to some outcomes; false if nothing is left.
    fn assert(&mut self, space: &Space, atom: usize, outcomes: Outcomes) -> bool {
        let narrowed = self.atoms[atom] & outcomes;
        if narrowed == self.atoms[atom] {
            return true;
        }
        self.atoms[atom] = narrowed;
        let (variable, place) = space.place[atom];
        let rows = &space.variables[variable].rows;
        let alive = &mut self.alive[variable];
        alive.retain(|&row| rows[row as usize].outcomes[place] & narrowed != 0);
        !alive.is_empty()
    }

    /// The outcomes an atom can still have.
    fn possible(&self, space: &Space, atom: usize) -> Outcomes {
        let (variable, place) = space.place[atom];
        let rows = &space.variables[variable].rows;
        let mut possible = 0;
        for &row in &self.alive[variable] {
            possible |= rows[row as usize].outcomes[place];
            if possible == ANY {
                break;
            }
        }
        possible & self.atoms[atom]
    }

    fn request(&self, space: &Space) -> Found {
        let mut found = Found {
            resource_type: "other".into(),
            action: "other".into(),
            attributes: BTreeMap::new(),
        };
        for (variable, alive) in space.variables.iter().zip(&self.alive) {
            let Some(&row) = alive.first() else {
                continue;
            };
            match variable.rows[row as usize].given.clone() {
                Given::Type(name) => found.resource_type = name,
                Given::Action(name) => found.action = name,
                // Attributes that nothing was asked about stay away.
                Given::Attributes(values) => {
                    if variable.atoms.iter().any(|&a| self.atoms[a] != ANY) {
                        found.attributes.extend(values);
                    }
                }
                Given::Unknown => {}
            }
        }
        found.attributes.retain(|_, v| *v != Value::Null);
        found
    }
}

/// How a formula stands in a state.
#[derive(PartialEq)]
enum Standing {
    True,
    False,
    Open,
}

fn standing(formula: &Formula, state: &State, space: &Space, steps: &mut usize) -> Standing {
    *steps = steps.saturating_sub(1);
    match formula {
        Formula::Constant(true) => Standing::True,
        Formula::Constant(false) => Standing::False,
        Formula::Atom(atom, outcomes) => match state.possible(space, *atom) {
            possible if possible & outcomes == 0 => Standing::False,
            // Rows only ever get fewer, so what all of them agree on stays.
            possible if possible & !outcomes == 0 => Standing::True,
            _ => Standing::Open,
        },
        Formula::Shared(inner) => standing(inner, state, space, steps),
        Formula::All(parts) => junction(parts, state, space, steps, Standing::False),
        Formula::Any(parts) => junction(parts, state, space, steps, Standing::True),
    }
}

fn junction(
    parts: &[Formula],
    state: &State,
    space: &Space,
    steps: &mut usize,
    settling: Standing,
) -> Standing {
    let mut open = false;
    for part in parts {
        match standing(part, state, space, steps) {
            Standing::Open => open = true,
            found if found == settling => return found,
            _ => {}
        }
    }
    match (open, settling) {
        (true, _) => Standing::Open,
        (false, Standing::True) => Standing::False,
        (false, _) => Standing::True,
    }
}

/// Asserts what must hold, then tries the alternatives of the narrowest choice. `None` when out of
/// steps.
// INVARIANT: recursion is bounded by the number of choices, which is bounded by the steps.
fn branch<'f>(
    space: &Space,
    mut state: State,
    mut todo: Vec<&'f Formula>,
    mut choices: Vec<&'f [Formula]>,
    steps: &mut usize,
) -> Option<Option<State>> {
    loop {
        while let Some(formula) = todo.pop() {
            *steps = steps.checked_sub(1)?;
            match formula {
                Formula::Constant(true) => {}
                Formula::Constant(false) => return Some(None),
                Formula::Atom(atom, outcomes) => {
                    if !state.assert(space, *atom, *outcomes) {
                        return Some(None);
                    }
                }
                Formula::Shared(inner) => todo.push(inner),
                Formula::All(parts) => todo.extend(parts),
                Formula::Any(parts) => choices.push(parts),
            }
        }
        // Choices with one way left are no choices; the one with the fewest is tried first.
        let mut narrowest: Option<(usize, Vec<&'f Formula>)> = None;
        let mut kept: Vec<&'f [Formula]> = Vec::new();
        for choice in std::mem::take(&mut choices) {
            if *steps == 0 {
                return None;
            }
            let mut ways = Vec::new();
            let mut holds = false;
            for way in choice {
                match standing(way, &state, space, steps) {
                    Standing::True => {
                        holds = true;
                        break;
                    }
                    Standing::False => {}
                    Standing::Open => ways.push(way),
                }
            }
            match (holds, ways.len()) {
                (true, _) => {}
                (false, 0) => return Some(None),
                (false, 1) => todo.push(ways[0]),
                (false, count) => {
                    if narrowest.as_ref().is_none_or(|(_, n)| count < n.len()) {
                        narrowest = Some((kept.len(), ways));
                    }
                    kept.push(choice);
                }
            }
        }
        choices = kept;
        if !todo.is_empty() {
            continue;
        }
        let Some((at, ways)) = narrowest else {
            return Some(Some(state));
        };
        choices.remove(at);
        for way in ways {
            if let Some(found) = branch(space, state.clone(), vec![way], choices.clone(), steps)? {
                return Some(Some(found));
            }
        }
        return Some(None);
    }
}
