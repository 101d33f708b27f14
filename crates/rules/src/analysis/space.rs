//! The space of requests, cut into as few kinds as the atoms of a question can tell apart.
//!
//! Each variable (the type, the action, an attribute, or attributes that are compared with each
//! other) has rows: one kind of value with the outcome it gives every atom. Rows are built in two
//! ways. Concrete rows each carry real values, so a solution over them is a request. Covering rows add
//! kinds whose outcomes are only bounded, so that every request belongs to some row; when even they
//! have no solution, there is none.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::atoms::{Atom, Atoms};
use super::candidates::{Candidates, unused};
use super::formula::{ANY, FALSE, Outcomes, TRUE, UNDECIDED, outcome};
use crate::budget::Budget;
use crate::naive;
use crate::partial::Matcher;
use crate::syntax::{Operand, Operator, SlugSet};
use crate::value::{Truth, Value};

/// Whether rows must be real or must cover everything.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    Concrete,
    Covering,
}

pub(super) struct Space {
    pub(super) variables: Vec<Variable>,
    /// For each atom its variable and its place among the variable's atoms.
    pub(super) place: Vec<(usize, usize)>,
}

pub(super) struct Variable {
    pub(super) atoms: Vec<usize>,
    pub(super) rows: Vec<Row>,
}

pub(super) struct Row {
    /// Outcomes by place of the atom in the variable.
    pub(super) outcomes: Vec<Outcomes>,
    pub(super) given: Given,
}

/// What a row says about a request.
#[derive(Clone)]
pub(super) enum Given {
    Type(Arc<str>),
    Action(Arc<str>),
    Attributes(BTreeMap<Arc<str>, Value>),
    /// Only that there may be such values.
    Unknown,
}

/// Most rows of attributes that are compared with each other.
const MOST_COMBINED: usize = 4096;

impl Space {
    /// Builds the space; also tells whether concrete rows cover everything.
    /// Nothing if the budget does not suffice.
    pub(super) fn new(atoms: &Atoms, rows: Rows, budget: &Budget) -> Option<(Self, bool)> {
        // Atoms are put together by looking at every pair.
        let pairs = (atoms.list.len() as u64).saturating_pow(2);
        if !budget.spend(pairs / 8) {
            return None;
        }
        let mut space = Self {
            variables: Vec::new(),
            place: vec![(0, 0); atoms.list.len()],
        };
        space.names(atoms, |a| matches!(a, Atom::Type(_)), Given::Type, budget)?;
        space.names(
            atoms,
            |a| matches!(a, Atom::Action(_)),
            Given::Action,
            budget,
        )?;
        let mut covered = true;
        for group in groups(atoms, rows) {
            covered &= space.attributes(atoms, &group, rows, budget)?;
        }
        Some((space, covered))
    }

    fn push(&mut self, atoms: Vec<usize>, rows: Vec<Row>) {
        for (at, &atom) in atoms.iter().enumerate() {
            self.place[atom] = (self.variables.len(), at);
        }
        let mut seen = HashSet::new();
        let distinct = rows.into_iter().filter(|r| seen.insert(r.outcomes.clone()));
        self.variables.push(Variable {
            atoms,
            rows: distinct.collect(),
        });
    }

    fn names(
        &mut self,
        atoms: &Atoms,
        is: fn(&Atom) -> bool,
        given: fn(Arc<str>) -> Given,
        budget: &Budget,
    ) -> Option<()> {
        let chosen: Vec<usize> = (0..atoms.list.len())
            .filter(|&i| is(&atoms.list[i]))
            .collect();
        let sets: Vec<&SlugSet> = chosen
            .iter()
            .filter_map(|&i| match &atoms.list[i] {
                Atom::Type(set) | Atom::Action(set) => Some(set),
                Atom::Condition(..) => None,
            })
            .collect();
        let mut names: Vec<Arc<str>> = Vec::new();
        let mut seen = HashSet::new();
        for set in &sets {
            if let SlugSet::Only(listed) | SlugSet::Except(listed) = set {
                names.extend(
                    listed
                        .as_slice()
                        .iter()
                        .filter(|n| seen.insert((*n).clone()))
                        .cloned(),
                );
            }
        }
        // An empty type is no request.
        names.retain(|n| !n.is_empty());
        names.push(unused("other", |name| seen.contains(name)).into());
        let tests = names.len() as u64 * sets.len() as u64;
        if !budget.spend(tests) {
            return None;
        }
        let rows = names.into_iter().map(|name| Row {
            outcomes: sets
                .iter()
                .map(|set| outcome(set.contains(&name).into()))
                .collect(),
            given: given(name),
        });
        let rows = rows.collect();
        self.push(chosen, rows);
        Some(())
    }

    fn attributes(
        &mut self,
        atoms: &Atoms,
        group: &Group,
        rows: Rows,
        budget: &Budget,
    ) -> Option<bool> {
        let tests: Vec<AtomTest<'_>> = group
            .atoms
            .iter()
            .filter_map(|&i| AtomTest::new(&atoms.list[i], budget))
            .collect();
        // What one row takes; a budget that was spent on compiling has nothing for it either.
        let cost = tests.iter().map(AtomTest::cost).sum();
        if group.names.len() > 1 || group.compared {
            if rows == Rows::Covering {
                // Nothing is known about such a comparison.
                let outcomes = [TRUE, FALSE, UNDECIDED].map(|o| Row {
                    outcomes: vec![o; group.atoms.len()],
                    given: Given::Unknown,
                });
                self.push(group.atoms.clone(), outcomes.into());
            } else {
                self.push(group.atoms.clone(), combined(group, &tests, cost, budget)?);
            }
            return Some(false);
        }
        let Some(name) = group.names.first() else {
            if !budget.spend(cost) {
                return None;
            }
            let nothing = BTreeMap::new();
            let row = Row {
                outcomes: tests.iter().map(|t| outcome(t.truth(&nothing))).collect(),
                given: Given::Attributes(nothing),
            };
            self.push(group.atoms.clone(), vec![row]);
            return Some(true);
        };
        let candidates = Candidates::new(&tests.iter().map(|t| t.parts()).collect::<Vec<_>>());
        let row = |value: &Value| {
            let items = value
                .as_array()
                .map_or(1, |items| items.len().max(1) as u64);
            if !budget.spend(cost * items) {
                return None;
            }
            let attributes = BTreeMap::from([(name.clone(), value.clone())]);
            Some(Row {
                outcomes: tests
                    .iter()
                    .map(|t| outcome(t.truth(&attributes)))
                    .collect(),
                given: Given::Attributes(attributes),
            })
        };
        let mut found: Vec<Row> = candidates.values.iter().map(row).collect::<Option<_>>()?;
        let (lists, all_lists) = lists(&candidates, &row)?;
        found.extend(lists);
        let free_text: Vec<Outcomes> = tests.iter().map(AtomTest::bound).collect();
        let has_patterns = free_text.iter().any(|&o| o != 0);
        if rows == Rows::Covering {
            if has_patterns {
                let bounded = candidates.open.iter().map(|value| {
                    let mut row = row(value)?;
                    for (outcomes, &bound) in row.outcomes.iter_mut().zip(&free_text) {
                        if bound != 0 {
                            *outcomes = bound;
                        }
                    }
                    row.given = Given::Unknown;
                    Some(row)
                });
                found.extend(bounded.collect::<Option<Vec<_>>>()?);
            }
            if !all_lists || candidates.cut {
                found.push(Row {
                    outcomes: vec![ANY; tests.len()],
                    given: Given::Unknown,
                });
            }
        }
        let covered = !has_patterns && all_lists && !candidates.cut;
        self.push(group.atoms.clone(), found);
        Some(covered)
    }
}

/// Rows of list values: an item list gives each atom the best outcome of its items, so the kinds of
/// lists are the joins of the kinds of items. Tells whether that is all of them.
fn lists(candidates: &Candidates, row: &dyn Fn(&Value) -> Option<Row>) -> Option<(Vec<Row>, bool)> {
    const MOST: usize = 128;
    let mut rows = vec![row(&Value::Array(Vec::new().into()))?];
    if !candidates.asks_items {
        return Some((rows, true));
    }
    let mut seen: HashSet<Vec<Outcomes>> = rows.iter().map(|r| r.outcomes.clone()).collect();
    let items = candidates.values.iter().chain([&candidates.nested]);
    let mut lists: Vec<Vec<Value>> = vec![Vec::new()];
    for item in items {
        for at in 0..lists.len() {
            let mut list = lists[at].clone();
            list.push(item.clone());
            let row = row(&list.clone().into())?;
            if seen.insert(row.outcomes.clone()) {
                if rows.len() >= MOST {
                    return Some((rows, false));
                }
                rows.push(row);
                lists.push(list);
            }
        }
    }
    Some((rows, true))
}

fn combined(group: &Group, tests: &[AtomTest<'_>], cost: u64, budget: &Budget) -> Option<Vec<Row>> {
    let candidates = Candidates::new(&tests.iter().map(|t| t.parts()).collect::<Vec<_>>());
    let mut values: Vec<Value> = candidates.values;
    values.push(Value::Array(Vec::new().into()));
    if candidates.asks_items {
        let singles: Vec<Value> = values.iter().map(|v| vec![v.clone()].into()).collect();
        values.extend(singles);
    }
    // Few enough values that all combinations stay within the bound.
    let mut each = values.len();
    while each > 2 && each.saturating_pow(group.names.len() as u32) > MOST_COMBINED {
        each -= 1;
    }
    values.truncate(each);
    let total = values
        .len()
        .saturating_pow(group.names.len() as u32)
        .min(MOST_COMBINED);
    if !budget.spend(cost * total as u64) {
        return None;
    }
    let rows = (0..total).map(|mut n| {
        let mut attributes = BTreeMap::new();
        for name in &group.names {
            attributes.insert(name.clone(), values[n % values.len()].clone());
            n /= values.len();
        }
        Row {
            outcomes: tests
                .iter()
                .map(|t| outcome(t.truth(&attributes)))
                .collect(),
            given: Given::Attributes(attributes),
        }
    });
    Some(rows.collect())
}

/// A condition atom, its pattern compiled once.
struct AtomTest<'a> {
    left: &'a Operand,
    op: Operator,
    right: &'a Operand,
    matcher: Option<Matcher>,
}

impl<'a> AtomTest<'a> {
    fn new(atom: &'a Atom, budget: &Budget) -> Option<Self> {
        let Atom::Condition(left, op, right) = atom else {
            return None;
        };
        let matcher = match right {
            Operand::Literal(Value::String(text)) => Matcher::within(*op, text, budget),
            _ => None,
        };
        Some(Self {
            left,
            op: *op,
            right,
            matcher,
        })
    }

    fn parts(&self) -> (&'a Operand, Operator, &'a Operand, Option<&Matcher>) {
        (self.left, self.op, self.right, self.matcher.as_ref())
    }

    /// About how many comparisons one test is.
    fn cost(&self) -> u64 {
        let items = |operand: &Operand| match operand {
            Operand::Literal(value) => value.as_array().map_or(0, <[_]>::len),
            Operand::Attribute(_) => 0,
        };
        1 + (items(self.left) + items(self.right)) as u64
    }

    fn truth(&self, attributes: &BTreeMap<Arc<str>, Value>) -> Truth {
        let left = naive::resolve(self.left, attributes);
        match &self.matcher {
            Some(matcher) => match left.text() {
                Some(text) => matcher.is_match(&text).into(),
                None => Truth::Undecided,
            },
            None => naive::compare(left, self.op, naive::resolve(self.right, attributes)),
        }
    }

    /// The outcomes that a text which is no literal could give, or none if its text does not matter.
    fn bound(&self) -> Outcomes {
        match (self.op, self.left, self.right) {
            (Operator::Equal | Operator::In | Operator::Intersects, _, _)
            | (_, Operand::Literal(_), Operand::Literal(_)) => 0,
            (_, Operand::Attribute(_), _) if self.matcher.is_some() => TRUE | FALSE,
            _ => ANY,
        }
    }
}

/// Attributes that must be looked at together, with the atoms about them.
struct Group {
    names: Vec<Arc<str>>,
    atoms: Vec<usize>,
    /// Whether an attribute is compared with another, or with itself.
    compared: bool,
}

fn groups(atoms: &Atoms, rows: Rows) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (i, atom) in atoms.list.iter().enumerate() {
        let Atom::Condition(left, _, right) = atom else {
            continue;
        };
        let mut names: Vec<Arc<str>> = Vec::new();
        let mut mentions = 0;
        for operand in [left, right] {
            if let Operand::Attribute(name) = operand {
                mentions += 1;
                if !names.contains(name) {
                    names.push(name.clone());
                }
            }
        }
        let mut group = Group {
            names,
            atoms: vec![i],
            compared: mentions == 2,
        };
        // A comparison that covering rows know nothing about is a variable of its own, and so is one
        // without attributes.
        if group.names.is_empty() || (rows == Rows::Covering && group.compared) {
            groups.push(group);
            continue;
        }
        let (touching, mut apart): (Vec<Group>, Vec<Group>) = groups.into_iter().partition(|g| {
            let own = rows == Rows::Covering && g.compared;
            !own && g.names.iter().any(|n| group.names.contains(n))
        });
        for other in touching {
            for name in other.names {
                if !group.names.contains(&name) {
                    group.names.push(name);
                }
            }
            group.atoms.extend(other.atoms);
            group.compared |= other.compared;
        }
        group.atoms.sort_unstable();
        apart.push(group);
        groups = apart;
    }
    groups
}
